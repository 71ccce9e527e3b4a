-- Evaluates commits, for `commit.lua`. `core/state/evaluate-commit.ts` has the same rules in the same order, for the other stores: this state
-- machine exists twice by intention, as a step in Redis must be one script, and Lua cannot run TypeScript. Change both.

-- Byte by byte: `<` goes by the locale.
local function is_greater(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return #a > #b
end

-- One commit of a plan, see `commit.lua`.
local function parse_commit(size, more)
  local commit = { size = tonumber(size) }
  if more == '' then return commit end
  local producer, epoch, number, sequence, outcome = string.match(more, '^/(%d*)/(%d*)/(%d*)/(%d*)/(%d*)$')
  commit.sequence, commit.outcome = ARGV[tonumber(sequence)], ARGV[tonumber(outcome)]
  if producer == '' then return commit end
  commit.producer, commit.epoch, commit.number = ARGV[tonumber(producer)], tonumber(epoch), tonumber(number)
  commit.mark = epoch .. '/' .. number .. '/' .. commit.producer
  return commit
end

local function parse_plan(plan)
  local commits = {}
  for size, more in string.gmatch(plan, '(%d+)(%S*)') do commits[#commits + 1] = parse_commit(size, more) end
  return commits
end

-- The stored states of the producers of commits.
local function states_of(commits)
  local producers, states = {}, {}
  for _, commit in ipairs(commits) do producers[#producers + 1] = commit.producer end
  if #producers == 0 then return states end
  for i, stored in ipairs(redis.call('HMGET', PRODUCERS .. ':' .. GENERATION, unpack(producers))) do
    local epoch, sequence = string.match(stored or '', '^(%d+)/(%d+)$')
    if epoch then states[producers[i]] = { epoch = tonumber(epoch), sequence = tonumber(sequence) } end
  end
  return states
end

local function with_state(verdict, state)
  return state and string.format('%s/%.0f/%.0f', verdict, state.epoch, state.sequence) or verdict
end

-- A verdict if the commit is not the producer's next one.
local function check_producer(state, epoch, number)
  if not state then return number > 0 and with_state('PRODUCER_GAP', { epoch = epoch, sequence = -1 }) end
  if epoch < state.epoch then return with_state('PRODUCER_STALE', state) end
  if epoch > state.epoch then return number > 0 and with_state('PRODUCER_EPOCH_SKIPPED', state) end
  if number > state.sequence + 1 then return with_state('PRODUCER_GAP', state) end
  return number <= state.sequence and with_state('=', state)
end

local function evaluate_commit(log, commit)
  local state = commit.producer and log.states[commit.producer]
  if log.is_closed then
    if commit.producer then return commit.mark == log.sealed_by and with_state('=', state) or 'LOG_SEALED' end
    return commit.size == 0 and commit.outcome == log.outcome and '=' or 'LOG_SEALED'
  end
  local verdict = commit.producer and check_producer(state, commit.epoch, commit.number)
  if verdict then return verdict end
  if commit.producer and not state then
    log.producers = log.producers or redis.call('HLEN', PRODUCERS .. ':' .. GENERATION)
    if log.producers >= log.producers_max then return 'PRODUCERS_TOO_MANY' end
  end
  if commit.sequence and log.sequence and not is_greater(commit.sequence, log.sequence) then return 'SEQUENCE_REGRESSED' end
  return log.tail + commit.size > log.bytes_max and 'LOG_TOO_LARGE' or '+'
end

local function apply_commit(log, commit)
  log.tail = log.tail + commit.size
  if commit.producer then
    if not log.states[commit.producer] then log.producers = log.producers + 1 end
    local state = { epoch = commit.epoch, sequence = commit.number }
    log.states[commit.producer], log.changed[commit.producer] = state, state
  end
  if commit.sequence then
    log.sequence, log.new_sequence = commit.sequence, commit.sequence
  end
  if commit.outcome then
    log.is_closed, log.outcome, log.sealed_by, log.new_sealed_by = true, commit.outcome, commit.mark, commit.mark
  end
end

-- The bytes of `ranges`, in pieces of at most `size`.
local function cut(whole, ranges, size)
  local kept = {}
  for i, range in ipairs(ranges) do kept[i] = string.sub(whole, range[1], range[2]) end
  local bytes, pieces = table.concat(kept), {}
  for from = 1, #bytes, size do pieces[#pieces + 1] = string.sub(bytes, from, from + size - 1) end
  return pieces
end

-- Evaluates one commit after the other and applies those that are stored to `log`. Returns the verdicts, and the pieces of bytes to store:
-- the given pieces if no commit was refused.
local function evaluate_commits(log, plan, pieces, piece_max)
  log.outcome, log.sealed_by, log.sequence = unpack(redis.call('HMGET', FACTS, 'outcome', 'sealedBy', 'sequence'))
  local commits = parse_plan(plan)
  log.states = states_of(commits)
  local verdicts, ranges, at, are_all_stored = {}, {}, 0, true
  for _, commit in ipairs(commits) do
    local verdict = evaluate_commit(log, commit)
    verdicts[#verdicts + 1] = verdict
    if verdict == '+' then
      apply_commit(log, commit)
      ranges[#ranges + 1] = { at + 1, at + commit.size }
    else
      are_all_stored = false
    end
    at = at + commit.size
  end
  return verdicts, are_all_stored and pieces or cut(table.concat(pieces), ranges, piece_max)
end
