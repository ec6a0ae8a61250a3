/** How often a property is tried, for `fc.assert`. */
interface PropertyRuns {
  numRuns: number;
  seed?: number;
  endOnFailure?: boolean;
  includeErrorInReport?: boolean;
}

/**
 * How often a property is tried: `usual` times, or RINGMAIN_PROPERTY_RUNS. With RINGMAIN_PROPERTY_SEED the same
 * sequences are played again, and the first one that fails is told as it is, without a search for a shorter one, which can
 * take for ever: so it is in CI.
 */
export function propertyRuns(usual: number): PropertyRuns {
  const { RINGMAIN_PROPERTY_RUNS: runs, RINGMAIN_PROPERTY_SEED: seed, CI } = process.env;
  const asItIs = { endOnFailure: true, includeErrorInReport: true };
  return {
    numRuns: runs === undefined ? usual : Number(runs),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...((seed !== undefined || CI !== undefined) && asItIs),
  };
}

/** Time enough for so many runs, in milliseconds. */
export const propertyTimeout = 60_000 + Number(process.env.RINGMAIN_PROPERTY_RUNS ?? 0) * 1_000;
