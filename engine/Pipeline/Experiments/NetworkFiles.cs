using IconDiffusion.Evaluation.Features;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>A data folder's feature networks.</summary>
public static class NetworkFiles
{
    extension(DataFolder data)
    {
        /// <summary>The published Inception weights, there or not.</summary>
        public string InceptionWeights => InceptionWeightsFile.Published.DefaultPath(data.Path);

        /// <inheritdoc cref="EvaluationSpec.Settled"/>
        /// <exception cref="ExperimentException">The user's own network is not there.</exception>
        public EvaluationSpec Settled(EvaluationSpec evaluation) => evaluation.WithOwnSettled().Settled(File.Exists(data.InceptionWeights));
    }
}
