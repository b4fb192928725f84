// Compiles for jest as @swc/jest does, with one planted bug (YRD_MUTANT) in the one file that it is for. See tools/src/mutants.ts.
const { createTransformer } = require('@swc/jest');

const { file, find, replace } = JSON.parse(process.env.YRD_MUTANT);
const changed = (source, name) => (name === file ? source.split(find).join(replace) : source);

module.exports = {
  createTransformer: (options) => {
    const plain = createTransformer(options);
    return {
      ...plain,
      process: (source, name, more) => plain.process(changed(source, name), name, more),
      getCacheKey: (source, name, more) => plain.getCacheKey(changed(source, name), name, more),
    };
  },
};
