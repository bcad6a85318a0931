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
    local project = vim.fs.root(bufnr, 'sigwise.toml')
    -- A file that belongs to nothing is served alone.
    local root = project or vim.fs.root(bufnr, '.git')
    local group = vim.api.nvim_create_augroup('sigwise.attach.' .. bufnr, {})
    if project or looks_like_sigma(bufnr) then
      on_dir(root)
      return
    end
    vim.api.nvim_create_autocmd({ 'TextChanged', 'TextChangedI', 'TextChangedP', 'BufWritePost' }, {
      group = group,
      buffer = bufnr,
      desc = 'Start sigwise once this is a Sigma rule',
      callback = function()
        if not vim.lsp.is_enabled('sigwise') then
          return true
        end
        if looks_like_sigma(bufnr) then
          on_dir(root)
          return true
        end
      end,
    })
  end,
  -- Neovim asks for findings later than the server would send them.
  init_options = { diagnostics = 'push' },
  settings = {
    sigwise = {
      -- They are shown where `vim.lsp.inlay_hint.enable()` asks for them.
      inlayHints = true,
    },
  },
}
