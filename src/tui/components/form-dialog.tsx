import { TextInput } from "@inkjs/ui";
import { Box, Text } from "ink";
import { oneLine, wrap } from "../lines/line.ts";
import type { FormDialog as Form, TuiState } from "../state.ts";
import { DialogBox, dialogWidth } from "./dialog-box.tsx";

/** Asks for the inputs of a workflow, one field after the other. */
export function FormDialog(props: {
  form: Form;
  state: TuiState;
  columns: number;
  height: number;
  onType: (name: string, value: string) => void;
  onSubmit: (name: string, value: string) => void;
}) {
  const { form, state, columns, height, onType, onSubmit } = props;
  const workflow = state.workflows?.find(({ id }) => id === form.workflow);
  const fields = workflow?.inputs ?? [];
  const active = fields[form.field];
  const about = active?.description ?? `${active?.type ?? ""}${active?.required ? ", needed" : ""}`;
  const width = dialogWidth(columns) - 4;
  const labelWidth = Math.min(Math.max(...fields.map(({ name }) => name.length), 4), 24);
  const most = Math.max(1, height - 7);
  const from = Math.max(0, Math.min(form.field - most + 1, fields.length - most));
  return (
    <DialogBox
      title={`Start ${oneLine(workflow?.name ?? form.workflow)}`}
      columns={columns}
      height={height}
      keys="Enter go on   Tab next field   Esc cancel"
    >
      {fields.slice(from, from + most).map(({ name }, index) => {
        const value = form.values[name] ?? "";
        const chosen = from + index === form.field;
        return (
          <Box key={name} height={1} width={width} overflow="hidden">
            <Text
              bold={chosen}
            >{`${chosen ? "❯" : " "} ${name.slice(0, labelWidth).padEnd(labelWidth)}  `}</Text>
            {chosen ? (
              <TextInput
                key={form.revision}
                defaultValue={value}
                onChange={(text) => onType(name, text)}
                onSubmit={(text) => onSubmit(name, text)}
              />
            ) : (
              <Text wrap="truncate-end">{oneLine(value)}</Text>
            )}
          </Box>
        );
      })}
      {form.problem === undefined ? (
        <Text dimColor wrap="truncate-end">
          {oneLine(about)}
        </Text>
      ) : (
        wrap(form.problem, width)
          .slice(0, 3)
          .map((row) => (
            <Text key={row} color="red" wrap="truncate-end">
              {row}
            </Text>
          ))
      )}
    </DialogBox>
  );
}
