import { listenToParent } from "../../runtime/parent.ts";
import { type Peer, createPeer } from "../../runtime/peer.ts";
import type { CustomObjects } from "../fromConfig.ts";
import { ModelServer } from "./modelServer.ts";
import { TrainingServer } from "./trainingServer.ts";

/** Inside a worker: trains, evaluates and predicts as the thread that started it asks. */
export function serve(customObjects: CustomObjects): void {
  const models = new ModelServer(() => peer, customObjects);
  const peer: Peer = createPeer((message, moved) => post(message, moved), {
    ...models.handlers,
    ...new TrainingServer(models).handlers,
  });
  const post = listenToParent((message) => peer.receive(message));
}
