import {
  type CategoricalDistribution,
  type FloatDistribution,
  type IntDistribution,
  categorical,
  float,
  int,
} from "../../tune/space/distribution.ts";
import type { Study } from "../../tune/study.ts";

const INITIALIZERS = ["glorotUniform", "glorotNormal", "heNormal", "heUniform"] as const;

/** The parameters of one network. */
export interface NetworkParams {
  /** The first learning rate; it falls to 0 along half a cosine. */
  readonly rate: number;
  readonly batch: number;
  readonly layers: number;
  readonly units: number;
  readonly dropout: number;
  readonly initializer: (typeof INITIALIZERS)[number];
  /** AdamW's; what is subtracted in a step is this times the rate. */
  readonly decay: number;
}

/** What a network of the first search may be. */
export type WideSpace = {
  readonly rate: CategoricalDistribution<number>;
  readonly batch: CategoricalDistribution<number>;
  readonly layers: IntDistribution;
  readonly units: CategoricalDistribution<number>;
  readonly dropout: CategoricalDistribution<number>;
  readonly initializer: CategoricalDistribution<(typeof INITIALIZERS)[number]>;
};

/** The first space: a few values of each parameter. */
export const WIDE: WideSpace = {
  rate: categorical([0.01, 0.001, 0.0001]),
  batch: categorical([32, 64, 128]),
  layers: int(2, 4),
  units: categorical([64, 128, 256]),
  dropout: categorical([0.2, 0.3, 0.5]),
  initializer: categorical(INITIALIZERS),
};

/** The weight decay of the first search. */
export const WIDE_DECAY = 0.1;

/** How far the second search may go where the best of the first one sit on a border. */
const LIMITS = {
  rate: float(1e-5, 0.03, { log: true }),
  layers: int(1, 5),
  units: int(16, 384, { log: true }),
  dropout: float(0, 0.6),
};

/** What a network of the second search may be. */
export type FineSpace = {
  readonly rate: FloatDistribution;
  readonly batch: CategoricalDistribution<number>;
  readonly layers: IntDistribution;
  readonly units: IntDistribution;
  readonly dropout: FloatDistribution;
  readonly initializer: CategoricalDistribution<(typeof INITIALIZERS)[number]>;
  readonly decay: FloatDistribution;
};

/** The space around the best trials of the first search, with the weight decay besides. */
export function fineSpace(study: Study, print: (text: string) => void): FineSpace {
  const left = study.narrow({ space: WIDE, top: 0.2, limits: LIMITS, print });
  const decay = float(WIDE_DECAY / 10, WIDE_DECAY * 10, { log: true });
  print(
    `decay: ${WIDE_DECAY} becomes float ${decay.low} to ${decay.high}, log; it stands in for dropout where that is low`,
  );
  return { ...left, decay };
}
