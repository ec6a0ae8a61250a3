import type { Controller } from "../controller.ts";
import type { Layout } from "../layout.ts";
import { decideLines } from "../lines/decide-lines.ts";
import { questionOf } from "../lines/question-lines.ts";
import type { TuiState } from "../state.ts";
import { dialogWidth } from "./dialog-box.tsx";
import { FormDialog } from "./form-dialog.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { QuestionDialog } from "./question-dialog.tsx";

/** The dialog that lies over list and detail. */
export function DialogLayer(props: { state: TuiState; layout: Layout; controller: Controller }) {
  const { state, layout, controller } = props;
  const { dialog } = state;
  const size = { columns: layout.columns, height: layout.bodyHeight };
  if (dialog === undefined) return null;
  if (dialog.kind === "help") return <HelpDialog {...size} />;
  if (dialog.kind === "decide") {
    const room = { width: dialogWidth(size.columns) - 4, height: size.height - 4 };
    return <QuestionDialog {...decideLines(dialog, state, room)} {...size} />;
  }
  if (dialog.kind === "form") {
    const { type: onType, submitField: onSubmit } = controller;
    return <FormDialog form={dialog} state={state} onType={onType} onSubmit={onSubmit} {...size} />;
  }
  return <QuestionDialog {...questionOf(dialog, state, dialogWidth(size.columns) - 4)} {...size} />;
}
