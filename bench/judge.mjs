/** Times against goals. */

/** The fastest of some peers in a row, in whichever way: { column, value } or null. */
export function best(values, peers) {
  let found = null;
  for (const [column, value] of Object.entries(values)) {
    if (peers.includes(column.split(', ')[0]) && (found === null || value < found.value)) found = { column, value };
  }
  return found;
}

/** What came of each goal that can be judged: { column, value, most, against?, ratio, met }; ratio is the time over that of the best peer, or over what is allowed. */
export function judge(values, goals) {
  return goals.flatMap(([column, ...rest]) => {
    const value = values[column];
    if (value === undefined) return [];
    const most = rest[rest.length - 1];
    if (rest.length === 1) return [{ column, value, most, ratio: value / most, met: value <= most }];
    const against = best(values, [rest[0]].flat());
    if (against === null) return [];
    const ratio = value / against.value;
    return [{ column, value, most, against: against.column, ratio, met: ratio <= most }];
  });
}
