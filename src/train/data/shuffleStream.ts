/** Stream of the generator that shuffles in the first epoch, the next epochs have the next ones; streams below are the variables'. */
export const SHUFFLE_STREAM = 0x5348_5546;
