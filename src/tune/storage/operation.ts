import type { Attribute } from "../trialRecord.ts";

/** Numbers of the operations in Optuna's journal. */
export const OP = {
  createStudy: 0,
  deleteStudy: 1,
  studyUserAttribute: 2,
  studySystemAttribute: 3,
  createTrial: 4,
  setParameter: 5,
  setState: 6,
  setIntermediate: 7,
  trialUserAttribute: 8,
  trialSystemAttribute: 9,
} as const;

/** Numbers of a trial's states there. */
export const STATES = ["running", "complete", "pruned", "fail", "waiting"] as const;

/** A record of the journal: one change. Names are Optuna's. */
export interface Operation {
  readonly op_code: number;
  readonly worker_id: string;
  readonly study_id?: number;
  readonly trial_id?: number;
  readonly study_name?: string;
  readonly directions?: readonly number[];
  readonly datetime_start?: string | null;
  readonly datetime_complete?: string | null;
  readonly param_name?: string;
  readonly param_value_internal?: number;
  /** JSON text of a distribution. */
  readonly distribution?: string;
  readonly state?: number;
  readonly value?: number | null;
  readonly values?: readonly number[] | null;
  readonly step?: number;
  readonly intermediate_value?: number;
  readonly user_attr?: Readonly<Record<string, Attribute>>;
  readonly system_attr?: Readonly<Record<string, Attribute>>;
  /** Of a trial that is created with its content. */
  readonly params?: Readonly<Record<string, number>>;
  readonly distributions?: Readonly<Record<string, string>>;
  readonly user_attrs?: Readonly<Record<string, Attribute>>;
  readonly system_attrs?: Readonly<Record<string, Attribute>>;
  readonly intermediate_values?: Readonly<Record<string, number>>;
}

/** An operation before it has its author. */
export type NewOperation = Omit<Operation, "worker_id">;
