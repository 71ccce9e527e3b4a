import { type Check, InvalidValue } from './option';

const PROBLEM = 'must be a list of URLs that begin with http:// or https://';

/** Accepts a list of http:// and https:// URLs. Text separates them by commas. */
export const urlList: Check<readonly string[]> = {
  parse(raw) {
    if (!Array.isArray(raw)) throw new InvalidValue(PROBLEM);
    return raw.map((url: unknown, index) => {
      if (typeof url === 'string' && /^https?:\/\/\S+$/.test(url) && URL.canParse(url)) return url;
      throw new InvalidValue(PROBLEM, `[${index}]`);
    });
  },
  fromText: (text) => text.split(',').flatMap((url) => (url.trim() === '' ? [] : [url.trim()])),
};
