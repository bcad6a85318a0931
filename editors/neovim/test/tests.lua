--- The tests: each gets a folder of its own and starts a Neovim there. Run by `run`.

local here = vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2))
local Child = dofile(here .. '/child.lua')

local SLIPS = [[
title: Whoami Execution
id: 5013ea4a-1b0f-4d3c-9f5e-000000000001
status: experimantal
description: Detects the execution of whoami by somebody
author: nobody
date: 2024-01-01
tags:
    - attack.discovery
    - attack.t1033
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\whoami.exe'
        CommandLine|contains: ' /priv'
    condition: selectionn
falsepositives:
    - Unknown
level: hgh
]]
local CLEAN = SLIPS:gsub('mantal', 'mental'):gsub('selectionn', 'selection'):gsub('hgh', 'high')
-- A YAML file of somebody else.
local FOREIGN = 'services:\n    web:\n        image: nginx\n        title: x\n'

local tests, children = {}, {}

local function test(name, run)
  tests[#tests + 1] = { name = name, run = run }
end

local function write(path, text)
  vim.fn.mkdir(vim.fs.dirname(path), 'p')
  local file = assert(io.open(path, 'w'))
  file:write(text)
  file:close()
end

local function nvim(args, cwd)
  local child = Child.start(args, cwd)
  children[#children + 1] = child
  return child
end

local function equal(found, wanted, what)
  if not vim.deep_equal(found, wanted) then
    error(('%s: %s, not %s'):format(what, vim.inspect(found), vim.inspect(wanted)), 2)
  end
end

--- A Neovim with this rule open and the server at it.
local function open(text, dir)
  write(dir .. '/rules/a.yml', text)
  local child = nvim({ 'rules/a.yml' }, dir)
  child:wait_client()
  return child
end

test('findings with code and source at the token', function(dir)
  local child = open(SLIPS, dir)
  equal(child:findings(3), { 'invalid-status', 'unknown-selection', 'invalid-level' }, 'codes')
  equal(child:lua([[local it = vim.diagnostic.get(0, { lnum = 2 })[1]
    return { it.col, it.end_col, it.severity, it.source }]]), { 8, 20, 1, 'sigwise' }, 'the first')
end)

test('findings follow what is typed', function(dir)
  local child = open(SLIPS, dir)
  child:findings(3)
  child:type('Gfhciwhigh<Esc>')
  equal(child:findings(2), { 'invalid-status', 'unknown-selection' }, 'codes')
  child:type('u')
  child:findings(3)
end)

test('a code action is chosen by keys and applied', function(dir)
  local child = open(SLIPS, dir)
  child:findings(3)
  child:type('3Gfegra')
  child:wait_screen('replace')
  child:type('1<CR>')
  child:wait('the fix', [[return vim.fn.getline(3) == 'status: experimental']])
  child:findings(2)
end)

test('SigwiseFixAll applies every safe fix', function(dir)
  local child = open(SLIPS, dir)
  child:findings(3)
  child:type(':SigwiseFixAll<CR>')
  child:findings(0)
  equal(child:text() .. '\n', CLEAN, 'text')
  child:type('u')
  child:findings(3)
end)

test('nothing on foreign YAML, with and without a configuration', function(dir)
  write(dir .. '/compose.yaml', FOREIGN)
  local child = nvim({ 'compose.yaml' }, dir)
  child:type('Gonull: NULL<Esc>')
  child:wait('the edit', [[return vim.fn.line('$') == 5]])
  vim.wait(300)
  equal(child:lua('return #vim.lsp.get_clients()'), 0, 'servers')
  write(dir .. '/sigwise.toml', '')
  child = nvim({ 'compose.yaml' }, dir)
  child:wait_client()
  child:type('Gonull: NULL<Esc>')
  -- The server answers in order: once it knows nothing to hover over, it has had its say about the text.
  local hover = child:lua([[
    local client = vim.lsp.get_clients({ name = 'sigwise' })[1]
    local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
    local answer = client:request_sync('textDocument/hover', params, 5000)
    return { answer.err == nil, answer.result == nil, #vim.diagnostic.get(0) }
  ]])
  equal(hover, { true, true, 0 }, 'no error, no hover, no finding')
end)

local only = vim.env.ONLY
local failed = false
for at, case in ipairs(tests) do
  if not only or case.name:find(only, 1, true) then
    local dir = ('%s/%d'):format(vim.env.SCRATCH, at)
    vim.fn.mkdir(dir, 'p')
    local ok, why = xpcall(case.run, debug.traceback, dir)
    for _, child in ipairs(children) do
      child:stop()
    end
    children = {}
    failed = failed or not ok
    local line = ok and 'ok ' .. case.name or ('not ok %s: %s'):format(case.name, tostring(why):gsub('\n', '\n# '))
    io.stdout:write(line, '\n')
    io.stdout:flush()
  end
end
os.exit(failed and 1 or 0)
