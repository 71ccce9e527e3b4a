-- uses shared
--[[ Queues a side at a channel.
  KEYS[1] place   ARGV[1] system   ARGV[2] place   ARGV[3] entry   ARGV[4] role: s or r ]]
join(ARGV[1], ARGV[2], KEYS[1], ARGV[3], ARGV[4])
remember(ARGV[2])
return 1
