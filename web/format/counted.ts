/** A number of things for a person: `1 line`, `12,345 lines`. @param noun of one; its plural ends in `s` */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
