import { DataError } from "../../errors.ts";
import type { Store } from "../../runtime/stores/store.ts";
import type { StoreCall, ToThread } from "./messages.ts";

type Stored = Extract<ToThread, { kind: "stored" }>;

/** A store whose bytes lie in another thread: calls go out as messages, and each answer finds its call by its number. */
export class DistantStore implements Store {
  readonly name = "checkpoints of the trial";
  private readonly ask: (id: number, call: StoreCall) => void;
  private readonly waiting = new Map<number, (answer: Stored) => void>();
  private calls = 0;

  /** @param ask  sends a call */
  constructor(ask: (id: number, call: StoreCall) => void) {
    this.ask = ask;
  }

  /** Takes an answer. */
  answered(answer: Stored): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }

  private async called(call: StoreCall): Promise<Uint8Array | string[] | null> {
    const id = this.calls++;
    const answer = await new Promise<Stored>((resolve) => {
      this.waiting.set(id, resolve);
      this.ask(id, call);
    });
    if ("error" in answer) throw new DataError(answer.error);
    return answer.value;
  }

  async read(name: string): Promise<Uint8Array | null> {
    return (await this.called({ call: "read", name })) as Uint8Array | null;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.called({ call: "write", name, bytes });
  }

  async list(): Promise<string[]> {
    return (await this.called({ call: "list", name: "" })) as string[];
  }

  async remove(name: string): Promise<void> {
    await this.called({ call: "remove", name });
  }
}
