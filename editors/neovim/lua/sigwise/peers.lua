--- The answer of `sigwise.advise` as a page in Markdown, in the order of `sigwise advise`.

local M = {}

--- So many lines of every list are shown.
local LISTED = 20

--- A text as code: one that holds a backtick gets two.
---@param text string
---@return string
local function code(text) return text:find('`', 1, true) and ('`` ' .. text .. ' ``') or ('`' .. text .. '`') end

--- A condition as a rule would have it: `Image|endswith: '\cmd.exe'`.
---@param sigma { key: string, value?: string }
---@return string
local function written(sigma)
  local value = type(sigma.value) == 'string' and "'" .. sigma.value:gsub("'", "''") .. "'" or 'null'
  return code(sigma.key .. ': ' .. value)
end

--- What is looked for; in the corpus's own terms where a rule cannot say it.
---@param row { field: string, op: string, value: string, sigma?: table }
---@return string
local function condition(row)
  if type(row.sigma) == 'table' then
    return written(row.sigma)
  end
  return code(vim.trim(table.concat({ row.field, row.op, row.value }, ' ')))
end

---@param lines string[]
---@param heading string
---@param items table[]?
---@param show fun(item: table): string
local function section(lines, heading, items, show)
  if not items or #items == 0 then
    return
  end
  vim.list_extend(lines, { '', '## ' .. heading, '' })
  for at, item in ipairs(items) do
    if at > LISTED then
      lines[#lines + 1] = ('- … %d more'):format(#items - LISTED)
      break
    end
    lines[#lines + 1] = '- ' .. show(item):gsub('%s*\n%s*', ' ')
  end
end

local BASES = { technique = 'for this technique', logsource = 'of this log source', corpus = 'of all' }

---@param item table
---@return string
local function exclusion(item)
  if item.peers == 0 then
    return condition(item) .. ': goes with an exclusion of the rule'
  end
  return ('%s: %d of %d %s'):format(condition(item), item.support, item.peers, BASES[item.basis] or '')
end

---@param item table
---@return string
local function field(item)
  local shown = ('%s: %d of %d'):format(code(item.field), item.support, item.peers)
  local values = vim.tbl_map(condition, vim.list_slice(item.values or {}, 1, 3))
  return #values > 0 and shown .. ', such as ' .. table.concat(values, ', ') or shown
end

--- The page about these rules.
---@param rules table[]
---@return string[]
function M.page(rules)
  local lines = {}
  for _, rule in ipairs(rules) do
    if #lines > 0 then
      lines[#lines + 1] = ''
    end
    lines[#lines + 1] = '# ' .. (rule.title ~= '' and rule.title or '(no title)'):gsub('%s*\n%s*', ' ')
    section(
      lines,
      'What it looks for, and how many others do',
      rule.indicators,
      function(item) return ('%s: %d rules, %d techniques'):format(condition(item), item.reach, item.techniques) end
    )
    section(lines, 'What rules like it leave out', rule.exclusions, exclusion)
    section(lines, 'Fields on which rules of this log source leave something out', rule.exclusion_fields, field)
    section(lines, 'Fields that rules of this log source look at', rule.fields, field)
    section(lines, 'What other rules look for beside it', rule.siblings, function(item)
      local because = written(item.because)
      return ('%s: %d of %d, beside %s'):format(condition(item), item.support, item.peers, because)
    end)
    section(lines, 'Techniques of rules like it', rule.techniques_suggested, function(item)
      local name = type(item.name) == 'string' and ' ' .. item.name or ''
      return ('%s%s: %d of %d'):format(item.id, name, item.support, item.peers)
    end)
    section(lines, 'Rules most like it', rule.similar, function(item)
      local name = type(item.url) == 'string' and ('[%s](%s)'):format(item.title, item.url) or item.title
      return ('%s, %s'):format(name, item.source)
    end)
  end
  return lines
end

return M
