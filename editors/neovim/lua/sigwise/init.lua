--- What the commands do; each asks the language server and shows what it says.

local M = {}

--- How long an answer is waited for, in milliseconds.
local PATIENCE = 5000

---@param message string
---@param level? integer
local function say(message, level) vim.notify('sigwise: ' .. message, level or vim.log.levels.WARN) end

--- The server and one of its buffers: this one, else any.
---@param bufnr? integer
---@return vim.lsp.Client? client, integer? bufnr
function M.client(bufnr)
  bufnr = (bufnr and bufnr ~= 0) and bufnr or vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ name = 'sigwise', bufnr = bufnr })[1]
  if client then
    return client, bufnr
  end
  for _, other in ipairs(vim.lsp.get_clients({ name = 'sigwise' })) do
    local attached = next(other.attached_buffers)
    if attached then
      return other, attached
    end
  end
end

--- Runs a command of the server.
---@param command string
---@param subject table
---@param client vim.lsp.Client
---@param bufnr integer
---@param show fun(answer: any)
local function execute(command, subject, client, bufnr, show)
  client:request('workspace/executeCommand', { command = command, arguments = { subject } }, function(err, answer)
    if err then
      say(err.message)
    elseif answer and answer ~= vim.NIL then
      show(answer)
    end
  end, bufnr)
end

--- The current ids of the techniques that the rules of a buffer are tagged with, in their order.
---@param bufnr integer
---@return string[]
function M.techniques(bufnr)
  local found, seen = {}, {}
  for _, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)) do
    for id in line:lower():gmatch('attack%.(t%d%d%d%d[%.%d]*)') do
      id = id:gsub('%.+$', ''):upper()
      if not seen[id] then
        seen[id] = true
        found[#found + 1] = id
      end
    end
  end
  return found
end

--- Shows the page of a technique: the one named, the one under the cursor, or one of the buffer's.
---@param id? string
function M.technique(id)
  local client, bufnr = M.client()
  if not client or not bufnr then
    return say('no Sigma rule is open')
  end
  id = id and id ~= '' and id or vim.fn.expand('<cWORD>'):match('[Tt]%d%d%d%d[%.%d]*')
  local function show(technique)
    if not technique then
      return
    end
    local uri = vim.uri_from_bufnr(bufnr)
    execute(
      'sigwise.technique',
      { uri = uri, technique = technique },
      client,
      bufnr,
      function(page) require('sigwise.float').open(technique:upper(), vim.split(page, '\n')) end
    )
  end
  if id then
    return show((id:gsub('%.+$', '')))
  end
  local tagged = M.techniques(vim.api.nvim_get_current_buf())
  if #tagged == 0 then
    return say('name a technique: no rule here is tagged with one')
  elseif #tagged == 1 then
    return show(tagged[1])
  end
  vim.ui.select(tagged, { prompt = 'Technique' }, show)
end

--- Shows what peers of the rules in the current buffer do.
---@param document? integer the one rule by its number in the file, from 0; without it, all
function M.advise(document)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ name = 'sigwise', bufnr = bufnr })[1]
  if not client then
    return say('this is no Sigma rule')
  end
  local subject = { uri = vim.uri_from_bufnr(bufnr), document = document }
  execute('sigwise.advise', subject, client, bufnr, function(rules)
    if #rules == 0 then
      return say('there is no detection rule in this file')
    end
    require('sigwise.float').open('Peers', require('sigwise.peers').page(rules))
  end)
end

--- Applies every safe fix, and returns when that is done: fit for `BufWritePre`.
---@param bufnr? integer
function M.fix_all(bufnr)
  bufnr = (bufnr and bufnr ~= 0) and bufnr or vim.api.nvim_get_current_buf()
  for _, client in ipairs(vim.lsp.get_clients({ name = 'sigwise', bufnr = bufnr })) do
    local line = { line = 0, character = 0 }
    local answer, err = client:request_sync('textDocument/codeAction', {
      textDocument = { uri = vim.uri_from_bufnr(bufnr) },
      range = { start = line, ['end'] = line },
      context = { only = { 'source.fixAll.sigwise' }, diagnostics = {} },
    }, PATIENCE, bufnr)
    if not answer or answer.err then
      return say(answer and answer.err.message or err or 'no answer')
    end
    for _, action in ipairs(answer.result or {}) do
      vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
    end
  end
end

--- Stops the server and starts it again for every buffer that it had, with the configuration as it is now.
function M.restart()
  if not vim.lsp.is_enabled('sigwise') then
    return say("the server is not enabled: `vim.lsp.enable('sigwise')`")
  end
  local clients = vim.lsp.get_clients({ name = 'sigwise' })
  vim.lsp.enable('sigwise', false)
  local function all_stopped()
    return vim.iter(clients):all(function(client) return client:is_stopped() end)
  end
  -- It answers `shutdown` at once; one that does not is made to end.
  if not vim.wait(2000, all_stopped, 20) then
    for _, client in ipairs(clients) do
      client:stop(true)
    end
  end
  vim.lsp.enable('sigwise', true)
end

--- What is asked for in a report of a mistake.
---@return string[]
function M.info()
  local version = vim.version()
  local lines = { ('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch) }
  local clients = vim.lsp.get_clients({ name = 'sigwise' })
  if #clients == 0 then
    lines[#lines + 1] = 'the server is not running: no Sigma rule was opened, or see `:checkhealth sigwise`'
  end
  for _, client in ipairs(clients) do
    local server = client.server_info or {}
    vim.list_extend(lines, {
      ('%s %s, client %d'):format(server.name or 'sigwise', server.version or '(version unknown)', client.id),
      '  command   ' .. table.concat(type(client.config.cmd) == 'table' and client.config.cmd or { '(function)' }, ' '),
      '  root      ' .. (client.root_dir or 'none: single files'),
      '  positions ' .. client.offset_encoding,
      '  settings  ' .. vim.inspect(client.settings, { newline = ' ', indent = '' }),
    })
    for bufnr in vim.spairs(client.attached_buffers) do
      local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':~:.')
      lines[#lines + 1] = ('  buffer    %s: %d findings'):format(name, #vim.diagnostic.get(bufnr, {
        namespace = vim.lsp.diagnostic.get_namespace(client.id),
      }))
    end
  end
  return lines
end

return M
