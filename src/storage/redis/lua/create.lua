--[[ Makes an open, empty log with a writer on NODE.
  ARGV[5] mode        'new' or 'replace'
  ARGV[6] full        '1' when there may be no more logs
  ARGV[7] grace ms
  ARGV[8] again       '1' when it may have run before
  ARGV[9...]          further facts, names and values
  Repeated with the same generation it answers as the first time, or with LOG_GONE when that generation has ended already.
  Codes: LOG_EXISTS | LOGS_TOO_MANY | LOG_GONE ]]
local old = facts_of_any()
if old and old.generation == GENERATION then return answer() end
if ARGV[8] == '1' and was_told('created', 'generation', GENERATION) then return 'LOG_GONE' end
if old and ARGV[5] == 'new' then return 'LOG_EXISTS' end
if not old and ARGV[6] == '1' then return 'LOGS_TOO_MANY' end

local time = text(now())
if old then drop(old, '{"kind":"replaced"}') end
redis.call('HSET', FACTS, 'generation', GENERATION, 'state', 'open', 'epoch', '1', 'node', NODE, 'createdAt', time,
  'updatedAt', time, 'graceMs', ARGV[7], 'replaced', old and '1' or '0', unpack(ARGV, 9))
redis.call('XADD', bytes_key(GENERATION, '1'), '0-' .. time, 'c', '1')
redis.call('ZADD', ORDER, 0, time .. ':' .. GENERATION .. ':' .. ID)
redis.call('ZADD', HELD, 0, NODE .. ':' .. ID)
tell('created', GENERATION, '1')
return answer()
