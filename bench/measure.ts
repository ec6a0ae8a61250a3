/** How often everything is measured; the sides of a comparison take turns in each round. */
export const rounds = 5;

/** One side of a comparison. Returns durations of the same unit of work, in milliseconds. */
export type Side = () => Promise<readonly number[]>;

/** What a side took, round by round: the medians of the rounds' samples, in milliseconds. */
export type Rounds = readonly number[];

/**
 * Measures sides in turns, so that whatever else the machine does meets them all: in each round every side runs
 * `slices` times, one slice after the other, and each round begins with another side.
 */
export async function interleave<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  slices: number,
): Promise<(name: Name) => Rounds> {
  const names: Name[] = [];
  for (const name in sides) names.push(name);
  const medians = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    const samples = new Map<Name, number[]>(names.map((name) => [name, []]));
    for (let turn = 0; turn < slices * names.length; turn += 1) {
      const name = names[(round + turn) % names.length];
      if (name !== undefined) samples.get(name)?.push(...(await sides[name]()));
    }
    for (const [name, taken] of samples) medians.get(name)?.push(median(taken));
  }
  return (name) => medians.get(name) ?? [];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** How many times as long one side takes as another: the median of the rounds' own ratios, since only the two sides of a round saw the same machine. */
export function ratioOf(ours: Rounds, baseline: Rounds): number {
  return median(ours.map((value, round) => value / (baseline[round] ?? Number.NaN)));
}

/** Times each of `count` pieces of work, one after the other. */
export async function timeEach(count: number, work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index += 1) taken.push(await time(work));
  return taken;
}

/** Times `count` pieces of work with `inFlight` of them under way at any time; gives the time for one, on average. */
export async function timeTogether(
  count: number,
  inFlight: number,
  work: () => Promise<unknown>,
): Promise<number[]> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  const all = await time(() => Promise.all(Array.from({ length: inFlight }, worker)));
  return [all / count];
}

/** The processor's time that this process has taken, in milliseconds: of work against a constant, whatever else runs. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export async function time(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
