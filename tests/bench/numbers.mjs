// Statistics of a few measurements.

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/**
 * Returns the median of the ratios of all rounds, with the lowest and the highest: how many times as fast as the floor.
 */
export function ratio(floor, ours) {
  const ratios = floor.map((time, round) => time / ours[round]);
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
}

/** Returns the items in random order. */
export const shuffled = (things) => things.map((thing) => [Math.random(), thing]).sort(([a], [b]) => a - b).map(([, thing]) => thing);
