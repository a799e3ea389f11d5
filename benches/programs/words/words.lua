-- Words counted: a text of 200,000 words split, counted in a map, and the most frequent sorted, twice.
local stems = { "siskin", "finch", "sparrow", "wren", "robin", "lark", "thrush", "swift", "heron", "crane", "kite" }
local floor = math.floor

local function text(n)
  local parts = {}
  local seed = 42
  for i = 1, n do
    seed = seed * 16807 % 2147483647
    local stem = stems[floor(seed / 65536) % #stems + 1]
    seed = seed * 16807 % 2147483647
    parts[#parts + 1] = stem .. tostring(floor(seed / 65536) % 40)
  end
  return table.concat(parts, " ")
end

local function most_frequent(text)
  local counts = {}
  for word in string.gmatch(text, "[^ ]+") do counts[word] = (counts[word] or 0) + 1 end
  local entries = {}
  for word, count in pairs(counts) do entries[#entries + 1] = { word, count } end
  table.sort(entries, function(a, b) return a[2] > b[2] or a[2] == b[2] and a[1] < b[1] end)
  return entries
end

for round = 1, 2 do
  local found = most_frequent(text(200000))
  for i = 1, 3 do print(found[i][1] .. " " .. found[i][2]) end
end
