--- The language server of sigwise, for `vim.lsp.enable('sigwise')` (Neovim 0.11 or newer).
---
--- Sigma rules are YAML files like any other. Below a `sigwise.toml` every YAML buffer is handed to the server, which
--- says nothing about those that are no rules. Elsewhere the server is started once a buffer has what a rule has: when
--- it is opened, or later, while it is typed.

--- So many lines are looked at. A rule says what it is in its first few.
local LOOK_AT = 500

--- Whether a buffer looks like Sigma: what the server takes for a rule. It decides; this only spares starting it.
---@param bufnr integer
---@return boolean
local function looks_like_sigma(bufnr)
  local has = {}
  for _, line in ipairs(vim.api.nvim_buf_get_lines(bufnr, 0, LOOK_AT, false)) do
    local key = line:match('^["\']?(%l+)["\']?%s*:')
    if key then
      has[key] = true
    end
  end
  return has.detection or (has.title and (has.logsource or has.correlation or has.filter)) or false
end

---@type vim.lsp.Config
return {
  cmd = { 'sigwise', 'server' },
  filetypes = { 'yaml', 'sigma' },
  root_dir = function(bufnr, on_dir)
    local group = vim.api.nvim_create_augroup('sigwise.attach.' .. bufnr, {})
    -- Hands the buffer over if it is time for that: the server knows documents by their names.
    local function try()
      if vim.api.nvim_buf_get_name(bufnr) == '' then
        return false
      end
      local project = vim.fs.root(bufnr, 'sigwise.toml')
      if project or looks_like_sigma(bufnr) then
        -- A file that belongs to nothing is served alone.
        on_dir(project or vim.fs.root(bufnr, '.git'))
        return true
      end
      return false
    end
    if try() then
      return
    end
    -- Not local to the buffer: those are lost when a buffer is written under its first name.
    vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'TextChangedP', 'BufFilePost', 'BufWritePost' }, {
      group = group,
      desc = 'Start sigwise once this is a Sigma rule',
      callback = function(event)
        if not vim.api.nvim_buf_is_valid(bufnr) or not vim.lsp.is_enabled('sigwise') then
          return true
        end
        return event.buf == bufnr and try()
      end,
    })
  end,
  -- Neovim asks for findings later than the server would send them. Hints are shown where `vim.lsp.inlay_hint.enable()`
  -- asks for them, so the server may always have some; said at the start, too, since Neovim asks only once.
  init_options = { diagnostics = 'push', inlayHints = true },
  settings = { sigwise = { inlayHints = true } },
}
