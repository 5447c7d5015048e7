/** Shapes of arguments that a decorator writes into the docstring of a function, by their names. */
import { nameOfDecorator, type FunctionDef } from '../ast';

/**
 * What `@auto_docstring` of Transformers says of the arguments of a model, as far as its code keeps to it: masks may
 * already have four axes, labels are of another shape for each task, and one row of positions serves all of a batch.
 * https://huggingface.co/docs/transformers/auto_docstring
 */
const transformers: Readonly<Record<string, string>> = {
  input_ids: 'batch_size sequence_length',
  token_type_ids: 'batch_size sequence_length',
  inputs_embeds: 'batch_size sequence_length ?',
  position_ids: '? sequence_length',
  decoder_input_ids: 'batch_size target_sequence_length',
  decoder_inputs_embeds: 'batch_size target_sequence_length ?',
  encoder_hidden_states: 'batch_size encoder_sequence_length ?',
  start_positions: 'batch_size',
  end_positions: 'batch_size',
  pixel_values: 'batch_size num_channels height width',
  pixel_values_videos: 'batch_size num_frames num_channels height width',
  pixel_mask: 'batch_size height width',
  input_features: 'batch_size sequence_length feature_dim',
};

/** Words for the dimensions of a parameter; undefined where no decorator documents it. */
export function generatedDims(fn: FunctionDef, name: string): readonly string[] | undefined {
  const isGenerated = fn.decorators.some((each) => nameOfDecorator(each) === 'auto_docstring');
  return isGenerated && Object.hasOwn(transformers, name)
    ? transformers[name]?.split(' ')
    : undefined;
}
