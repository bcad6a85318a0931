--- The tests: each gets a folder of its own and starts a Neovim there. Run by `run`.

local here = vim.fs.dirname(vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p'))
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

local function test(name, run) tests[#tests + 1] = { name = name, run = run } end

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

local function has(text, part)
  if not text:find(part, 1, true) then
    error(('`%s` is not in:\n%s'):format(part, text), 2)
  end
end

local function equal(found, wanted, what)
  if not vim.deep_equal(found, wanted) then
    error(('%s: %s, not %s'):format(what, vim.inspect(found), vim.inspect(wanted)), 2)
  end
end

--- Waits until this check has found something in the buffer.
local function wait_finding(child, check)
  child:wait(
    'a finding',
    [[local check = ...
    return vim.iter(vim.diagnostic.get(0)):any(function(it) return it.code == check end)]],
    check
  )
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
  equal(
    child:lua([[local it = vim.diagnostic.get(0, { lnum = 2 })[1]
    return { it.col, it.end_col, it.severity, it.source }]]),
    { 8, 20, 1, 'sigwise' },
    'the first'
  )
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

test('a file that becomes a rule while it is typed', function(dir)
  local child = nvim({ 'new.yml' }, dir)
  child:type('ititle: New<CR>status: experimantal<CR>')
  child:wait('the text', [[return vim.fn.line('$') == 3]])
  equal(child:lua('return #vim.lsp.get_clients()'), 0, 'servers')
  child:type('detection:')
  child:wait_client()
  wait_finding(child, 'invalid-status')
end)

test('a buffer without a name, once it has one', function(dir)
  local child = nvim({}, dir)
  child:type(':setfiletype yaml<CR>ititle: New<CR>status: experimantal<CR>detection:<Esc>')
  child:wait('the text', [[return vim.fn.line('$') == 3 and vim.fn.mode() == 'n']])
  equal(child:lua('return #vim.lsp.get_clients()'), 0, 'servers')
  child:type(':write later.yml<CR>')
  child:wait_client()
  wait_finding(child, 'invalid-status')
end)

test('roots: sigwise.toml before .git, each with a server; a file alone has none', function(dir)
  local uv = vim.uv
  vim.fn.mkdir(dir .. '/repo/.git', 'p')
  write(dir .. '/repo/sub/sigwise.toml', '')
  write(dir .. '/repo/a.yml', CLEAN)
  write(dir .. '/repo/sub/deep/b.yml', CLEAN)
  write(dir .. '/c.yml', CLEAN)
  local child = nvim({}, dir)
  local function root(file)
    child:type(':edit ' .. file .. '<CR>')
    child:wait('the file', [[return vim.fn.expand('%:t') == ...]], vim.fs.basename(file))
    child:wait_client()
    return child:lua([[return vim.lsp.get_clients({ bufnr = 0 })[1].root_dir or 'none']])
  end
  equal(uv.fs_realpath(root('repo/a.yml')), uv.fs_realpath(dir .. '/repo'), 'root of a')
  equal(uv.fs_realpath(root('repo/sub/deep/b.yml')), uv.fs_realpath(dir .. '/repo/sub'), 'root of b')
  equal(root('c.yml'), 'none', 'root of c')
end)

test('other files of the project count, and sigwise.toml when it is written', function(dir)
  write(dir .. '/sigwise.toml', '')
  write(dir .. '/rules/b.yml', CLEAN)
  local child = open(CLEAN, dir)
  child:wait(
    'duplicates',
    [[return vim.iter(vim.diagnostic.get(0)):any(function(it)
    return it.code == 'duplicate-id' end)]]
  )
  child:type(':split sigwise.toml<CR>iignore = ["duplicate-id", "duplicate-title"]<Esc>:write<CR>')
  child:wait(
    'none of them',
    [[return vim.bo.filetype == 'toml' and #vim.diagnostic.get(0) == 0
    and #vim.diagnostic.get(vim.fn.bufnr('a.yml')) == 0]]
  )
  child:type('ccprofil = 1<Esc>:write<CR>')
  child:wait('what is wrong with it', [[return vim.diagnostic.get(0)[1] ]])
end)

test('hover', function(dir)
  local child = open(CLEAN, dir)
  child:type('/Image<CR>K')
  child:wait_screen('look at it')
  child:type(':fclose<CR>/t1033<CR>K')
  child:wait_screen('System Owner/User Discovery')
end)

test('completion: fields by what peers use, and what a field is', function(dir)
  local child = open(CLEAN, dir)
  child:lua([[vim.lsp.completion.enable(true, ..., 0)]], child:wait_client())
  child:type('/CommandLine<CR>O<C-x><C-o>')
  local items = child:wait(
    'the menu',
    [[local items = vim.fn.complete_info({ 'items' }).items
    return #items > 5 and vim.tbl_map(function(it) return it.word end, items)]]
  )
  local place = {}
  for at, word in ipairs(items) do
    local field = word:match('^%w+')
    place[field] = place[field] or at
  end
  assert(place.OriginalFileName and place.Company, vim.inspect(items))
  assert(place.OriginalFileName < place.Company, 'the rarer field comes first')
  local documented = child:wait(
    'its documentation',
    [[
    local client = vim.lsp.get_clients({ name = 'sigwise' })[1]
    local item = vim.tbl_get(vim.fn.complete_info({ 'items' }).items[1], 'user_data', 'nvim', 'lsp', 'completion_item')
    local answer = client:request_sync('completionItem/resolve', item, 5000)
    return answer.result.documentation.value]]
  )
  has(documented, 'rules')
  child:type('<C-y>')
  child:wait('the word in the text', [[return vim.trim(vim.fn.getline('.')) == ...]], items[1])
end)

test('inlay hints on and off', function(dir)
  local child = open(CLEAN, dir)
  equal(child:screen():find('rules look', 1, true), nil, 'hints at first')
  child:lua('vim.lsp.inlay_hint.enable(true)')
  local hint = child:wait(
    'a hint',
    [[local it = vim.lsp.inlay_hint.get({ bufnr = 0 })[1]
    return it and (type(it.inlay_hint.label) == 'string' and it.inlay_hint.label or it.inlay_hint.label[1].value)]]
  )
  child:wait_screen(vim.trim(hint))
  child:lua('vim.lsp.inlay_hint.enable(false)')
  assert(not child:screen():find(vim.trim(hint), 1, true), 'it stays')
end)

test('code lenses are shown and open their pages', function(dir)
  local child = open(CLEAN, dir)
  child:lua('vim.lsp.codelens.refresh()')
  child:wait_screen('peer rules')
  -- The title has two lenses, so Neovim asks for one.
  for choice = 1, 2 do
    child:type('gg/^title:<CR>:lua vim.lsp.codelens.run()<CR>')
    child:wait_screen('2: ')
    child:type(choice .. '<CR>')
    child:wait_screen(' Peers ')
    child:type('q')
    child:wait('the window closed', [[return #vim.api.nvim_list_wins() == 1]])
  end
  child:type('/t1033<CR>:lua vim.lsp.codelens.run()<CR>')
  child:wait_screen(' T1033 ')
  child:type('q')
  child:wait('the window closed', [[return #vim.api.nvim_list_wins() == 1]])
end)

test('rename a selection with its conditions', function(dir)
  local child = open(CLEAN, dir)
  child:type('/selection:<CR>grn')
  child:wait_screen('New Name: selection')
  child:type('<C-u>whoami<CR>')
  child:wait(
    'both',
    [[
    return vim.fn.search('^    whoami:', 'nw') > 0 and vim.fn.search('condition: whoami$', 'nw') > 0]]
  )
  child:type('grn')
  child:wait_screen('New Name: whoami')
  child:type('<C-u>not<CR>')
  child:wait('the reason', [[return vim.api.nvim_exec2('messages', { output = true }).output:find('not') ]])
  equal(child:lua([[return vim.fn.search('^    whoami:', 'nw') > 0]]), true, 'the old name')
end)

test('SigwiseTechnique: under the cursor, of the file, named, completed, none', function(dir)
  local child = open(CLEAN, dir)
  child:type('/t1033<CR>:SigwiseTechnique<CR>')
  child:wait_screen('System Owner/User Discovery')
  equal(
    child:lua('return { vim.bo.filetype, vim.bo.modifiable, vim.bo.buftype }'),
    { 'markdown', false, 'nofile' },
    'page'
  )
  child:type('qgg:SigwiseTechnique<CR>')
  child:wait_screen('System Owner/User Discovery')
  child:type('<Esc>:SigwiseTechnique t1218.011<CR>')
  child:wait_screen('Rundll32')
  child:type('q')
  equal(child:lua([[return vim.fn.getcompletion('SigwiseTechnique ', 'cmdline')]]), { 'T1033' }, 'completion')
  child:type(':SigwiseTechnique T9999<CR>')
  child:wait_screen('`T9999` is no technique')
end)

test('SigwiseAdvise', function(dir)
  local child = open(CLEAN, dir)
  child:type(':SigwiseAdvise<CR>')
  child:wait_screen('What it looks for, and how many others do')
  local page = child:text()
  has(page, '# Whoami Execution')
  assert(page:find([[`Image|endswith: '\whoami.exe'`: %d+ rules, %d+ techniques]]), page)
  has(page, '## Fields that rules of this log source look at')
end)

test('SigwiseRestart: another server, the same buffers, the settings of now', function(dir)
  local child = open(SLIPS, dir)
  child:findings(3)
  write(dir .. '/rules/b.yml', SLIPS)
  child:type(':split rules/b.yml<CR>')
  local before = child:wait_client()
  child:lua([[
    local ignore = { 'duplicate-id', 'duplicate-title', 'invalid-status', 'unknown-selection' }
    vim.lsp.config('sigwise', { settings = { sigwise = { ignore = ignore } } })]])
  child:type(':SigwiseRestart<CR>')
  local after = child:wait(
    'another server',
    [[
    local clients = vim.lsp.get_clients({ name = 'sigwise' })
    return #clients == 1 and clients[1].id ~= ... and vim.tbl_count(clients[1].attached_buffers) == 2]],
    before
  )
  equal(after, true, 'restarted')
  child:wait(
    'the one finding in each',
    [[
    local found = vim.diagnostic.get(nil)
    return #found == 2 and found[1].code == 'invalid-level' and found[2].code == 'invalid-level']]
  )
end)

test('checkhealth and SigwiseInfo', function(dir)
  local child = open(SLIPS, dir)
  child:findings(3)
  local info = table.concat(child:lua([[return require('sigwise').info()]]), '\n')
  has(info, 'a.yml: 3 findings')
  has(info, 'positions utf-8')
  child:type(':SigwiseInfo<CR>')
  child:wait(
    'the message',
    [[
    return vim.api.nvim_exec2('messages', { output = true }).output:find('a.yml: 3 findings', 1, true)]]
  )
  child:type('<CR>:checkhealth sigwise<CR>')
  child:wait('the report', [[return vim.bo.filetype == 'checkhealth' and vim.fn.search('OK sigwise', 'nw') > 0]])
  has(child:text(), 'the server is enabled')
  assert(not child:text():find('ERROR'), child:text())
  child:lua([[vim.lsp.config('sigwise', { cmd = { 'not-there' } })]])
  child:type(':checkhealth sigwise<CR>')
  child:wait('the mistake', [[return vim.fn.search('ERROR `not-there` is not found', 'nw') > 0]])
end)

test('helptags', function(dir)
  local child = nvim({}, dir)
  child:type(':helptags ALL<CR>:help sigwise<CR>')
  child:wait('the help', [[return vim.bo.filetype == 'help' and vim.fn.expand('%:t') == 'sigwise.txt']])
  child:type(':help :SigwiseFixAll<CR>')
  child:wait('the command', [[return vim.fn.getline('.'):find(':SigwiseFixAll', 1, true)]])
end)

--- The code of the help's section that begins with this, to its end.
local function recipe(begins)
  local help = table.concat(vim.fn.readfile(here .. '/../doc/sigwise.txt'), '\n')
  local _, at = assert(help:find(begins, 1, true))
  return assert(help:match('>lua\n(.-)\n<\n', at))
end

test('recipes of the help: fix on write, lenses, completion while typing', function(dir)
  write(
    dir .. '/init.lua',
    ([[
    vim.lsp.enable('sigwise')
    %s
    %s
    %s]]):format(recipe('Fix when a rule'), recipe('Lines above the title'), recipe('Completion while typing'))
  )
  write(dir .. '/rules/a.yml', SLIPS)
  local child = nvim({ '-u', 'init.lua', 'rules/a.yml' }, dir)
  child:findings(3)
  child:wait_screen('peer rules')
  child:type(':write<CR>')
  child:findings(0)
  equal(table.concat(vim.fn.readfile(dir .. '/rules/a.yml'), '\n') .. '\n', CLEAN, 'the file')
  child:type('/t1033<CR>grx')
  child:wait_screen(' T1033 ')
  child:type('q:3<CR>ccstatus:')
  child:wait('the text', [[return vim.fn.getline(3) == 'status:']])
  child:type(' ')
  child:wait('the menu', [[return vim.fn.pumvisible() == 1]])
end)

test('what docs/neovim.md has for lazy.nvim', function(dir)
  local docs = table.concat(vim.fn.readfile(here .. '/../../../docs/neovim.md'), '\n')
  local spec = assert(docs:match('With lazy.nvim:\n\n```lua\n(.-)\n```'))
  -- lazy.nvim calls `config` with the folder of its clone, which it put into `runtimepath`.
  local clone = vim.fs.normalize(here .. '/../../..')
  write(dir .. '/init.lua', ('local spec = %s\nspec.config({ dir = %q })'):format(spec, clone))
  write(dir .. '/rules/a.yml', SLIPS)
  local child = nvim({ '--cmd', 'set packpath=', '-u', 'init.lua', 'rules/a.yml' }, dir)
  child:wait_client()
  child:findings(3)
  child:type(':SigwiseFixAll<CR>')
  child:findings(0)
end)

test('the recipe for 0.10 (with this Neovim), without the plugin', function(dir)
  write(dir .. '/init.lua', recipe('There is no `vim.lsp.enable()`'))
  write(dir .. '/rules/a.yml', SLIPS)
  local child = nvim({ '--cmd', 'set packpath=', '-u', 'init.lua', 'rules/a.yml' }, dir)
  child:wait_client()
  child:findings(3)
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
