import { get, postChunked } from './request-heads.mjs';

/** Channels of httpipe, in which a producer and a reader meet; nothing is stored. */
export const channelWire = {
  style: 'chunked',
  isRelay: true,
  // httpipe answers a producer as soon as a reader has come.
  wireOptions: { early: 1 },
  publish: postChunked('/channels/bench/{id}'),
  subscribe: get('/channels/bench/{id}'),
  // A channel has one reader.
  only: ['W1', 'W1x8', 'W2', 'W4', 'W4x200'],
};
