export function embedTrainingWorker(): Promise<void>;
