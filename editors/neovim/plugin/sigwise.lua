--- Commands for the user, commands of code lenses, and what Neovim does not tell the server by itself.

if vim.g.loaded_sigwise or vim.fn.has('nvim-0.11') == 0 then
  return
end
vim.g.loaded_sigwise = true

local command = vim.api.nvim_create_user_command

command('SigwiseTechnique', function(args) require('sigwise').technique(args.args) end, {
  nargs = '?',
  complete = function(lead)
    local starts = function(id) return vim.startswith(id, lead:upper()) end
    return vim.tbl_filter(starts, require('sigwise').techniques(0))
  end,
  desc = 'What published rules for a technique look for',
})
command('SigwiseAdvise', function() require('sigwise').advise() end, { desc = 'What peers of this rule do' })
command('SigwiseFixAll', function() require('sigwise').fix_all() end, { desc = 'Apply every safe fix' })
command('SigwiseRestart', function() require('sigwise').restart() end, { desc = 'Restart the language server' })
command(
  'SigwiseInfo',
  function() vim.api.nvim_echo({ { table.concat(require('sigwise').info(), '\n') } }, true, {}) end,
  { desc = 'What is running, for a report of a mistake' }
)

-- A lens shows its page; without these Neovim would have the server make it and throw it away.
vim.lsp.commands['sigwise.technique'] = function(lens) require('sigwise').technique(lens.arguments[1].technique) end
for _, name in ipairs({ 'sigwise.advise', 'sigwise.similarRules' }) do -- the page of peers names the similar rules, too
  vim.lsp.commands[name] = function(lens) require('sigwise').advise(lens.arguments[1].document) end
end

-- Neovim watches no files on Linux, and configurations are not handed to the server: it is told when one is written.
vim.api.nvim_create_autocmd({ 'BufWritePost', 'FileWritePost' }, {
  group = vim.api.nvim_create_augroup('sigwise', {}),
  pattern = 'sigwise.toml',
  desc = 'Tell sigwise that its configuration changed',
  callback = function(event)
    local change = { uri = vim.uri_from_fname(vim.fn.fnamemodify(event.file, ':p')), type = 2 }
    for _, client in ipairs(vim.lsp.get_clients({ name = 'sigwise' })) do
      client:notify('workspace/didChangeWatchedFiles', { changes = { change } })
    end
  end,
})
