-- uses ../../schema/lua/shared
--[[ The facts of several logs of a partition.
  KEYS as in shared.lua, but KEYS[1] is the prefix of the names of hashes of facts
  ARGV[5...] ids
  Returns { unix ms, for each id { facts as a flat list, id of the last entry or '0-0' } }; the list is empty if the log does not exist. ]]
local found = { text(now()) }
for i = 5, #ARGV do
  -- A key that is not a hash gives an error. The other logs are still read.
  local flat = redis.pcall('HGETALL', FACTS .. ARGV[i])
  if flat.err then flat = {} end
  local facts = {}
  for j = 1, #flat, 2 do facts[flat[j]] = flat[j + 1] end
  found[#found + 1] = { flat, facts.generation and facts.epoch and last_id(facts) or '0-0' }
end
return found
