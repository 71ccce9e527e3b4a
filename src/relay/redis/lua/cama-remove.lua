-- uses cama
--[[ Removes a session and sends away who waits there.
  KEYS[1] session   ARGV[1] system   ARGV[2] id   ARGV[3] why ]]
redis.call('DEL', KEYS[1])
redis.call('ZREM', INDEX, ARGV[2])
for _, sender in ipairs({ 'host', 'guest' }) do
  clear(ARGV[1], ARGV[2] .. ':' .. sender, KEYS[1] .. ':' .. sender, ARGV[3])
end
return 1
