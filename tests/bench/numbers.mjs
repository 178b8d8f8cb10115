// What a handful of measurements amounts to.

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The median of the ratios of each round, with the lowest and the highest: how many times as fast as the floor. */
export function ratio(floor, ours) {
  const ratios = floor.map((time, round) => time / ours[round]);
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
}

/** The same in an order of chance. */
export const shuffled = (things) => things.map((thing) => [Math.random(), thing]).sort(([a], [b]) => a - b).map(([, thing]) => thing);
