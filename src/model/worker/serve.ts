import { listenToParent } from "../../runtime/parent.ts";
import { type Peer, createPeer } from "../../runtime/peer.ts";
import type { CustomObjects } from "../fromConfig.ts";
import { TrainingServer } from "./trainingServer.ts";

/** Inside a worker: trains as the thread that started it asks. */
export function serve(customObjects: CustomObjects): void {
  const server = new TrainingServer(() => peer, customObjects);
  const peer: Peer = createPeer((message, moved) => post(message, moved), server.handlers);
  const post = listenToParent((message) => peer.receive(message));
}
