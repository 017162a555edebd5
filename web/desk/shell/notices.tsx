import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useProblemWords } from './states.tsx';

/** Says that something was done. */
export const sayDone = (message: string): void => {
  notifications.show({ message, color: 'thread', autoClose: 4000 });
};

/**
 * A deed of the person: runs it, refreshes the lists that begin with `touches`, says `done`, or shows the server's words when it was refused.
 * `onProblem` returns true when it dealt with the failure itself.
 */
export function useDeed<Input, Output>({
  run,
  touches,
  done,
  onDone,
  onProblem,
}: {
  run: (input: Input) => Promise<Output>;
  touches: readonly string[];
  done?: string;
  onDone?: (output: Output, input: Input) => void;
  onProblem?: (error: unknown) => boolean;
}) {
  const queries = useQueryClient();
  const problemWords = useProblemWords();
  return useMutation({
    mutationFn: run,
    onSuccess: (output, input) => {
      if (done) sayDone(done);
      onDone?.(output, input);
    },
    onError: (error) => {
      if (onProblem?.(error)) return;
      const { detail, help } = problemWords(error);
      notifications.show({ color: 'red', title: detail, message: help ?? '', autoClose: 10_000 });
    },
    onSettled: () => Promise.all(touches.map((first) => queries.invalidateQueries({ queryKey: [first] }))),
  });
}
