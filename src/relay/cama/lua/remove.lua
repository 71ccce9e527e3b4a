-- uses shared
--[[ Removes a session and evicts all that wait in it. A transfer that has begun goes on; the sender's node knows whether it has.
  KEYS[1] session   ARGV[1] id   ARGV[2] why ]]
redis.call('DEL', KEYS[1])
redis.call('ZREM', INDEX, ARGV[1])
for _, sender in ipairs({ 'host', 'guest' }) do
  local queue = queue_named(ARGV[1] .. ':' .. sender)
  local found = current_match(queue)
  evict_waiting(queue, ARGV[2])
  if found then notify_waiter(queue, found.s, 'gone', { why = ARGV[2] }) end
end
return 1
