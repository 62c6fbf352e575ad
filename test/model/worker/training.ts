import { serveTraining } from "../../../src/index.ts";
import { slowDense } from "./ownLayer.ts";

serveTraining({ customObjects: { slowDense } });
