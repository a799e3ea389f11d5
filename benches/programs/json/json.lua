-- JSON there and back: a document of 2,000 records printed and parsed, ten times.
local null = {}
local sub, byte, find, concat = string.sub, string.byte, string.find, table.concat

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function write(value, out)
  local kind = type(value)
  if value == null then out[#out + 1] = "null"
  elseif kind == "boolean" then out[#out + 1] = tostring(value)
  elseif kind == "number" then
    out[#out + 1] = value % 1 == 0 and string.format("%d", value) or string.format("%.14g", value)
  elseif kind == "string" then out[#out + 1] = '"' .. string.gsub(value, '[%c"\\]', escapes) .. '"'
  elseif value.keys then
    out[#out + 1] = "{"
    for i, key in ipairs(value.keys) do
      if i > 1 then out[#out + 1] = "," end
      write(key, out)
      out[#out + 1] = ":"
      write(value.of[key], out)
    end
    out[#out + 1] = "}"
  else
    out[#out + 1] = "["
    for i, item in ipairs(value) do
      if i > 1 then out[#out + 1] = "," end
      write(item, out)
    end
    out[#out + 1] = "]"
  end
end

local function stringify(value)
  local out = {}
  write(value, out)
  return concat(out)
end

local unescapes = { n = "\n", r = "\r", t = "\t", b = "\b", f = "\f" }
local parse

local function parse_string(text, at)
  local stop = find(text, '["\\]', at)
  if byte(text, stop) == 34 then return sub(text, at, stop - 1), stop + 1 end
  local parts = {}
  while true do
    parts[#parts + 1] = sub(text, at, stop - 1)
    if byte(text, stop) == 34 then return concat(parts), stop + 1 end
    local c = sub(text, stop + 1, stop + 1)
    parts[#parts + 1] = unescapes[c] or c
    at = stop + 2
    stop = find(text, '["\\]', at)
  end
end

function parse(text, at)
  at = find(text, "%S", at)
  local c = byte(text, at)
  if c == 123 then
    local map = { keys = {}, of = {} }
    at = find(text, "%S", at + 1)
    while byte(text, at) ~= 125 do
      local key, value
      key, at = parse_string(text, at + 1)
      at = find(text, ":", at, true)
      value, at = parse(text, at + 1)
      map.keys[#map.keys + 1] = key
      map.of[key] = value
      at = find(text, "%S", at)
      if byte(text, at) == 44 then at = find(text, "%S", at + 1) end
    end
    return map, at + 1
  elseif c == 91 then
    local list = {}
    at = find(text, "%S", at + 1)
    while byte(text, at) ~= 93 do
      local value
      value, at = parse(text, at)
      list[#list + 1] = value
      at = find(text, "%S", at)
      if byte(text, at) == 44 then at = find(text, "%S", at + 1) end
    end
    return list, at + 1
  elseif c == 34 then
    return parse_string(text, at + 1)
  elseif c == 116 then return true, at + 4
  elseif c == 102 then return false, at + 5
  elseif c == 110 then return null, at + 4
  end
  local _, stop = find(text, "^-?[%d.eE+-]+", at)
  return tonumber(sub(text, at, stop)), stop + 1
end

local function map(...)
  local items, result = { ... }, { keys = {}, of = {} }
  for i = 1, #items, 2 do
    result.keys[#result.keys + 1] = items[i]
    result.of[items[i]] = items[i + 1]
  end
  return result
end

local function document(n)
  local records = {}
  for i = 0, n - 1 do
    records[#records + 1] = map("id", i, "name", "record " .. i, "tags", { "a", "b\n", 'c "quoted"' },
      "point", map("x", i / 4, "y", i == 0 and 0 or -i), "active", i % 2 == 0, "parent", null)
  end
  return map("records", records)
end

local value = document(2000)
for round = 1, 10 do value = (parse(stringify(value), 1)) end
print(#stringify(value))
print(value.of.records[2000].of.name)
