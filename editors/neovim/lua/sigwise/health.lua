--- `:checkhealth sigwise`: what has to be there, and what is running.

local M = {}

--- The version of the program that would be started, or why it cannot be.
---@param cmd string[]
---@return string? version, string? problem
local function version_of(cmd)
  local started, answer = pcall(function()
    return vim.system({ cmd[1], '--version' }, { text = true, timeout = 5000 }):wait()
  end)
  if not started then
    return nil, tostring(answer)
  elseif answer.code ~= 0 then
    return nil, ('`%s --version` ended with %d'):format(cmd[1], answer.code)
  end
  return vim.trim(answer.stdout or '')
end

function M.check()
  local health = vim.health
  health.start('sigwise')
  local has_config = vim.fn.has('nvim-0.11') == 1
  if not has_config then
    health.warn('Neovim is older than 0.11', 'Start the server as `:help sigwise-0.10` says.')
  end
  local config = has_config and vim.lsp.config.sigwise or nil
  if has_config and not vim.lsp.is_enabled('sigwise') then
    health.warn('the server is not enabled', "Put `vim.lsp.enable('sigwise')` into your init.lua.")
  elseif has_config then
    health.ok('the server is enabled')
  end
  local cmd = config and config.cmd or { 'sigwise', 'server' }
  if type(cmd) ~= 'table' then
    health.info('the server is started by a function of yours')
  elseif vim.fn.executable(cmd[1]) == 0 then
    health.error(('`%s` is not found'):format(cmd[1]), {
      'Install it: `cargo install --locked --git https://github.com/sigwise/sigwise`.',
      "Or say where it is: `vim.lsp.config('sigwise', { cmd = { '/where/it/is/sigwise', 'server' } })`.",
    })
  else
    local version, problem = version_of(cmd)
    if version then
      health.ok(('%s (%s)'):format(version, vim.fn.exepath(cmd[1])))
    else
      health.error(problem or 'the program cannot be started')
    end
  end
  health.start('sigwise: running servers')
  for _, line in ipairs(require('sigwise').info()) do
    health.info(vim.trim(line))
  end
end

return M
