;;; Emacs with the recipes of docs/editors.md; one line for each test.  -*- lexical-binding: t -*-

(setq package-user-dir (expand-file-name "~/elpa"))
(package-initialize)
(require 'yaml-mode)
(dolist (recipe '("Emacs.1.elisp" "Emacs.2.elisp"))
  (load (expand-file-name recipe (getenv "RECIPES")) nil t))
(setq eglot-sync-connect t
      eglot-confirm-server-initiated-edits nil
      flymake-no-changes-timeout 0.1)

(defvar failed nil)

(defmacro check (name &rest body)
  "Run BODY as the test NAME: it fails with an error, or where its value is nil."
  `(condition-case why
       (if (progn ,@body) (princ (format "ok Emacs: %s\n" ,name))
         (error "it is not so"))
     (error (setq failed t)
            (princ (format "not ok Emacs: %s: %s\n" ,name (error-message-string why))))))

(defmacro wait (&rest body)
  "Wait until the value of BODY is not nil, for 15 seconds, and return it."
  `(let ((value nil) (until (+ (float-time) 15)))
     (while (and (not (setq value (progn ,@body))) (< (float-time) until))
       (accept-process-output nil 0.05))
     value))

(defun visit (name text)
  "Write TEXT to the file NAME and visit it."
  (with-temp-file name (insert text))
  (find-file name)
  ;; Batch runs no command after which eglot would start.
  (run-hooks 'post-command-hook))

(defun send ()
  "Tell the server of edits: eglot does so when Emacs is idle, which batch never is."
  (eglot--signal-textDocument/didChange))

(defun findings ()
  (send)
  (flymake-start)
  (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))

(defconst slips "title: Whoami Execution
id: 5013ea4a-1b0f-4d3c-9f5e-000000000001
status: experimantal
description: Detects the execution of whoami by somebody
author: nobody
date: 2024-01-01
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\\whoami.exe'
        CommandLine|contains: ' /priv'
    condition: selectionn
falsepositives:
    - Unknown
level: high
")

(visit "proc_creation_win_whoami.yml" slips)
(check "the server is at a rule" (eglot-managed-p))
(check "findings with their checks"
       (wait (let ((found (findings)))
               (and (seq-find (lambda (text) (string-match-p "\\[invalid-status\\]" text)) found)
                    (seq-find (lambda (text) (string-match-p "\\[unknown-selection\\]" text)) found)))))
(check "hover"
       (search-forward "Image")
       (let ((hover (jsonrpc-request (eglot-current-server) :textDocument/hover
                                     (eglot--TextDocumentPositionParams))))
         (string-match-p "other rules" (format "%S" hover))))
(check "completion"
       (goto-char (point-min))
       (search-forward "CommandLine")
       (beginning-of-line)
       (insert "        Par\n")
       (backward-char)
       (let* ((found (eglot-completion-at-point))
              (words (all-completions "Par" (nth 2 found))))
         (delete-region (line-beginning-position) (1+ (line-end-position)))
         (seq-find (lambda (word) (string-match-p "ParentImage" word)) words)))
(check "every safe fix"
       (eglot-code-actions (point-min) (point-max) "source.fixAll.sigwise" t)
       (wait (string= (buffer-string)
                      (replace-regexp-in-string "mantal" "mental"
                                                (replace-regexp-in-string "selectionn" "selection" slips)))))
(check "no finding is left"
       (wait (not (seq-find (lambda (text) (string-match-p "invalid-status\\|unknown-selection" text)) (findings)))))
(check "rename"
       (goto-char (point-min))
       (search-forward "    selection")
       (send)
       (eglot-rename "whoami")
       (wait (string-match-p "condition: whoami$" (buffer-string))))
(set-buffer-modified-p nil)

(visit "compose.yaml" "services:\n    web:\n        image: nginx\n        null: NULL\n")
(check "nothing on foreign YAML"
       ;; Answers come in order: after this one the server has had its say.
       (not (or (plist-get (jsonrpc-request (eglot-current-server) :textDocument/hover
                                            (eglot--TextDocumentPositionParams))
                           :contents)
                (findings))))
(check "the server ends"
       (let ((server (eglot-current-server)))
         (eglot-shutdown server)
         (wait (not (jsonrpc-running-p server)))))
(kill-emacs (if failed 1 0))
