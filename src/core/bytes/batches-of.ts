export function* batchesOf<T>(items: readonly T[], size: number): Generator<readonly T[], void> {
  for (let done = 0; done < items.length; done += size) yield items.slice(done, done + size);
}
