namespace Ballast.Tests.Programs;

/// <summary>The programs by their names in programs.json. The benchmark has them too.</summary>
static class ProgramList
{
    /// <summary>How many losses of each are compared; what a schedule or a table is made for.</summary>
    public const int Steps = 200;

    /// <summary>Each gives the losses of its steps, on and on, from the generator of the thread.</summary>
    public static IReadOnlyDictionary<string, Func<IEnumerable<double>>> All { get; } = new Dictionary<string, Func<IEnumerable<double>>>
    {
        ["mnist"] = Mnist.Losses,
        ["mnist_rnn"] = MnistRnn.Losses,
        ["vae"] = VariationalAutoencoder.Losses,
        ["dcgan"] = Dcgan.Losses,
        ["super_resolution"] = SuperResolution.Losses,
        ["time_sequence"] = TimeSequence.Losses,
        ["word_language_model"] = WordLanguageModel.Losses,
        ["transformer_language_model"] = TransformerLanguageModel.Losses,
        ["nanogpt"] = NanoGpt.Losses,
        ["siamese_network"] = SiameseNetwork.Losses,
        ["tabular"] = Tabular.Losses,
        ["gcn"] = GraphConvolution.Losses,
        ["gat"] = GraphAttention.Losses,
        ["reinforce"] = Reinforce.Losses,
        ["word2vec"] = Word2Vec.Losses,
        ["autoencoder"] = ConvolutionalAutoencoder.Losses,
        ["forward_forward"] = ForwardForward.Losses,
        ["fast_neural_style"] = FastNeuralStyle.Losses,
        ["language_translation"] = LanguageTranslation.Losses,
        ["speech_ctc"] = SpeechRecognition.Losses,
        ["regression"] = PolynomialRegression.Losses,
        ["mobilenet"] = MobileNet.Losses,
        ["densenet"] = DenselyConnected.Losses,
        ["shufflenet_v2"] = ShuffleNet.Losses,
        ["unet"] = Segmentation.Losses,
        ["vit"] = VisionTransformer.Losses,
    };
}
