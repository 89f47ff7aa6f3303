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
        public string InceptionWeights => PublishedWeightsFile.Inception.DefaultPath(data.Path);

        /// <summary>A model with the network that it sees with settled, if it is a style transfer.</summary>
        public ModelSpec Settled(ModelSpec model) => model is StyleTransferSpec style ? style.Settled(File.Exists(data.Vgg19Weights)) : model;

        /// <inheritdoc cref="EvaluationSpec.Settled"/>
        /// <exception cref="ExperimentException">The user's own network is not there.</exception>
        public EvaluationSpec Settled(EvaluationSpec evaluation) => evaluation.WithOwnSettled().Settled(File.Exists(data.InceptionWeights));
    }
}
