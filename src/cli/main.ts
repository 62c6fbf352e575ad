#!/usr/bin/env node
import { parseCommand } from "./parseCommand.ts";
import { train } from "./train.ts";

const { options } = parseCommand(process.argv.slice(2), ["train", "predict"]);
await train(options);
