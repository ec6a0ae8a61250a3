import { Box, Text, useInput, useWindowSize } from "ink";
import { useSyncExternalStore } from "react";
import type { Controller } from "../controller.ts";
import { detailLines } from "../detail.ts";
import { type Layout, layoutOf, smallest } from "../layout.ts";
import { plural } from "../lines/line.ts";
import type { TuiState } from "../state.ts";
import { DetailPane } from "./detail-pane.tsx";
import { DialogLayer } from "./dialog-layer.tsx";
import { Footer } from "./footer.tsx";
import { Header } from "./header.tsx";
import { keyPresses } from "./key-presses.ts";
import { ListPane } from "./list-pane.tsx";
import { Rule } from "./rule.tsx";
import { TabBar } from "./tab-bar.tsx";
import { TrailPane } from "./trail-pane.tsx";

/** The whole screen, drawn from the controller's state and the size of the window. */
export function App({ controller }: { controller: Controller }) {
  const state = useSyncExternalStore(controller.subscribe, controller.state);
  const window = useWindowSize();
  const layout = layoutOf(window);
  const detail = layout === undefined ? [] : detailLines(state, layout.detailWidth);
  const page = layout?.bodyHeight ?? 1;
  const last = Math.max(0, detail.length - page);
  useInput((text, key) => {
    for (const press of keyPresses(text, key)) controller.press(press, { page: Math.max(1, page - 1), last });
  });

  if (layout === undefined) {
    return (
      <Text wrap="truncate-end">
        {`The window is ${window.columns}×${window.rows}; it needs ${smallest.columns}×${smallest.rows}.  q quit`}
      </Text>
    );
  }
  const { columns, rows, listWidth, trailHeight } = layout;
  const dialog = state.dialog !== undefined;
  const joint = (glyph: string) => (dialog ? {} : { joint: { at: listWidth + 1, glyph } });
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Header state={state} columns={columns} />
      <TabBar state={state} columns={columns} />
      <Rule columns={columns} {...joint("┬")} />
      {dialog ? (
        <DialogLayer state={state} layout={layout} controller={controller} />
      ) : (
        <Body state={state} layout={layout} detail={detail} last={last} />
      )}
      <Rule columns={columns} title={trailTitle(state)} {...joint("┴")} />
      <TrailPane state={state} width={columns} height={trailHeight} />
      <Footer state={state} columns={columns} more={last > 0} />
    </Box>
  );
}

function trailTitle({ entryCount }: TuiState): string {
  return entryCount === 0 ? "Trail" : `Trail · ${plural(entryCount, "entry", "entries")}`;
}

function Body(props: {
  state: TuiState;
  layout: Layout;
  detail: ReturnType<typeof detailLines>;
  last: number;
}) {
  const { state, layout, detail, last } = props;
  const { listWidth, detailWidth, bodyHeight } = layout;
  return (
    <Box height={bodyHeight}>
      <ListPane state={state} width={listWidth + 1} height={bodyHeight} />
      <Box borderStyle="single" borderTop={false} borderBottom={false} borderRight={false} borderDimColor>
        <Box paddingX={1}>
          <DetailPane
            lines={detail}
            top={Math.min(state.detailTop, last)}
            width={detailWidth}
            height={bodyHeight}
          />
        </Box>
      </Box>
    </Box>
  );
}
