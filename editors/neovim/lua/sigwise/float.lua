--- A page in Markdown in a window over the others.

local M = {}

--- Opens a page in a floating window, which gets the cursor; `q` and `<Esc>` close it.
---@param title string
---@param lines string[]
---@return integer bufnr, integer winid
function M.open(title, lines)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].bufhidden = 'wipe'
  local width = math.max(20, math.min(120, vim.o.columns - 4))
  local height = math.max(5, math.min(#lines, vim.o.lines - 6))
  local winid = vim.api.nvim_open_win(bufnr, true, {
    relative = 'editor',
    width = width,
    height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - width) / 2)),
    border = 'rounded',
    style = 'minimal',
    title = ' ' .. title .. ' ',
    title_pos = 'center',
  })
  vim.wo[winid].wrap = true
  vim.wo[winid].linebreak = true
  vim.wo[winid].conceallevel = 2
  -- Set after the window: what belongs to the file type may set up its window, too.
  vim.bo[bufnr].filetype = 'markdown'
  for _, key in ipairs({ 'q', '<Esc>' }) do
    vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = bufnr, nowait = true, desc = 'Close' })
  end
  return bufnr, winid
end

return M
