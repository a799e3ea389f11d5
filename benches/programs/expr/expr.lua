-- Trees by match: an expression of 127 operators evaluated 20,000 times, and made simpler 2,000 times.
local function num(value) return { tag = "num", value = value } end
local function add(left, right) return { tag = "add", left = left, right = right } end
local function mul(left, right) return { tag = "mul", left = left, right = right } end
local function neg(inner) return { tag = "neg", inner = inner } end
local var = { tag = "var" }

local function make(depth, seed)
  if depth == 0 then
    if seed % 3 == 2 then return var else return num(seed % 5 + 1) end
  end
  local left = make(depth - 1, seed * 3 + 1)
  local right = make(depth - 1, seed * 5 + 2)
  if seed % 3 == 0 then return add(left, right)
  elseif seed % 3 == 1 then return mul(left, neg(right))
  else return add(neg(left), right) end
end

local function eval(e, x)
  local tag = e.tag
  if tag == "num" then return e.value
  elseif tag == "var" then return x
  elseif tag == "add" then return eval(e.left, x) + eval(e.right, x)
  elseif tag == "mul" then return eval(e.left, x) * eval(e.right, x) % 1000
  else return -eval(e.inner, x) end
end

local function simple(e)
  local tag = e.tag
  if tag == "add" then
    local a, b = simple(e.left), simple(e.right)
    if a.tag == "num" and b.tag == "num" then return num(a.value + b.value) end
    return add(a, b)
  elseif tag == "mul" then return mul(simple(e.left), simple(e.right))
  elseif tag == "neg" then
    if e.inner.tag == "num" then return num(-e.inner.value) end
    return neg(simple(e.inner))
  end
  return e
end

local tree = make(7, 1)
local sum = 0
for i = 0, 19999 do sum = sum + eval(tree, i % 7) end
print(string.format("%d", sum))
local smaller = tree
for i = 1, 2000 do smaller = simple(tree) end
print(eval(smaller, 3) == eval(tree, 3))
