--- A Neovim of a user's: started with the user's files, fed with keys, looked at on its screen.

local Child = {}
Child.__index = Child

--- How long anything may take, in milliseconds. Only a failure waits for it.
local PATIENCE = tonumber(vim.env.PATIENCE) or 15000

--- Starts one with these arguments.
---@param args string[]
---@param cwd string
function Child.start(args, cwd)
  local command = vim.list_extend({ vim.env.NVIM_BIN, '--embed', '--headless', '-n', '-i', 'NONE' }, args)
  local self = setmetatable({}, Child)
  self.job = vim.fn.jobstart(command, { rpc = true, cwd = cwd, env = { NVIM = '' } })
  assert(self.job > 0, 'Neovim does not start')
  -- A question to one that hangs would be waited for without an end.
  self.watchdog = vim.defer_fn(function() self:stop() end, 4 * PATIENCE)
  self:lua('vim.o.columns, vim.o.lines = 120, 40')
  return self
end

function Child:stop()
  if self.watchdog and not self.watchdog:is_closing() then
    self.watchdog:close()
  end
  vim.fn.jobstop(self.job)
  vim.fn.jobwait({ self.job }, 5000)
end

--- Runs Lua in it and returns what that returns; the arguments are `...`.
function Child:lua(code, ...) return vim.rpcrequest(self.job, 'nvim_exec_lua', code, { ... }) end

--- Types.
function Child:type(keys) vim.rpcrequest(self.job, 'nvim_input', keys) end

--- Waits until Lua in it returns something true, and returns that.
function Child:wait(what, code, ...)
  local args, value = { ... }, nil
  local done = vim.wait(PATIENCE, function()
    value = self:lua(code, unpack(args))
    return value ~= nil and value ~= vim.NIL and value ~= false
  end, 20)
  if not done then
    error(
      ('waited in vain for %s; on the screen:\n%s\n%s'):format(
        what,
        self:screen(),
        self:lua([[
      return vim.api.nvim_exec2('messages', { output = true }).output]])
      ),
      2
    )
  end
  return value
end

--- The lines of the current buffer.
function Child:text() return table.concat(self:lua('return vim.api.nvim_buf_get_lines(0, 0, -1, false)'), '\n') end

--- What is on the screen.
function Child:screen()
  return self:lua([[
    vim.cmd.redraw()
    local rows = {}
    for row = 1, vim.o.lines do
      local cells = {}
      for column = 1, vim.o.columns do
        cells[column] = vim.fn.screenstring(row, column)
      end
      rows[row] = (table.concat(cells):gsub('%s+$', ''))
    end
    return table.concat(rows, '\n')
  ]])
end

--- Waits until a text is on the screen.
function Child:wait_screen(text)
  local screen
  local shown = vim.wait(PATIENCE, function()
    screen = self:screen()
    return screen:find(text, 1, true) ~= nil
  end, 50)
  if not shown then
    error(('`%s` is not on the screen:\n%s'):format(text, screen), 2)
  end
end

--- Waits for so many findings in the current buffer and returns their codes in the order of the text.
function Child:findings(count)
  return self:wait(
    count .. ' findings',
    [[
    local found = vim.diagnostic.get(0)
    table.sort(found, function(a, b) return a.lnum < b.lnum end)
    return #found == ... and vim.tbl_map(function(it) return it.code end, found)
  ]],
    count
  )
end

--- Waits until the server has this buffer.
function Child:wait_client()
  return self:wait(
    'the server',
    [[
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'sigwise' })[1]
    return client and client.initialized and client.id]]
  )
end

return Child
