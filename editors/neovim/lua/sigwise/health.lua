--- `:checkhealth sigwise`: what has to be there, and what is running.

local M = {}

--- The version of the program that would be started, or why it cannot be.
---@param cmd string[]
---@return string? version, string? problem
local function version_of(cmd)
  local started, answer = pcall(
    function() return vim.system({ cmd[1], '--version' }, { text = true, timeout = 5000 }):wait() end
  )
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
  if vim.fn.has('nvim-0.11') == 0 then
    return health.error('Neovim is older than 0.11', 'See `:help sigwise-0.10`.')
  end
  if vim.lsp.is_enabled('sigwise') then
    health.ok('the server is enabled')
  else
    health.warn('the server is not enabled', "Put `vim.lsp.enable('sigwise')` into your init.lua.")
  end
  local cmd = vim.lsp.config.sigwise.cmd
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
