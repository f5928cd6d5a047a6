namespace Ballast;

/// <summary>A transformer for images: the image is cut into square patches, each patch becomes a vector with a learned place added, a learned
/// vector stands before them, encoder layers attend among all of them, and what the first vector has become tells the class. From
/// [N, C, size, size] to [N, classes]. Dosovitskiy et al. 2021, figure 1; tiny: Touvron et al. 2021, table 1. PyTorch:
/// <c>torchvision.models.VisionTransformer</c>, with its state keys <c>class_token</c>, <c>conv_proj</c>, <c>encoder.pos_embedding</c>,
/// <c>encoder.layers.encoder_layer_0.ln_1</c>, ..., <c>heads.head</c> and its initial weights, those of <c>conv_proj</c> within a few
/// roundings (<see cref="Init.TruncNormal"/>).</summary>
public sealed class VisionTransformer : Module
{
    const double Eps = 1e-6;

    readonly Parameter token;
    readonly Conv2d patches;
    readonly Encoder encoder;
    readonly Sequential heads;

    /// <summary>Makes the network and draws its initial weights; those of the last layer are 0.</summary>
    /// <param name="imageSize">The pixels of an image's side.</param>
    /// <param name="patchSize">The pixels of a patch's side, which divide those of the image's.</param>
    /// <param name="layers">How many encoder layers there are.</param>
    /// <param name="attentionHeads">The heads of the attention, which divide the width.</param>
    /// <param name="width">The size of the vectors.</param>
    /// <param name="hidden">The values between the two linear layers of an encoder layer.</param>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="dropout">The probability of a zero behind the places, the attention and the linear layers in training.</param>
    /// <param name="attentionDropout">The same in the weights of the attention.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout draws from the latter.
    /// </param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">A size below 1, patches that do not divide the image, heads that do not divide the width, or a
    /// probability outside 0 to 1.</exception>
    public VisionTransformer(
        int imageSize, int patchSize, int layers, int attentionHeads, int width, int hidden, int classes = 1000, double dropout = 0,
        double attentionDropout = 0, Generator? generator = null, int inChannels = 3)
    {
        if (imageSize < 1 || patchSize < 1 || imageSize % patchSize != 0)
        {
            throw new ArgumentException(
                $"VisionTransformer: patches of {patchSize} pixels a side do not divide images of {imageSize}. "
                + "Give a patchSize that does, or bring the images to another size.", nameof(patchSize));
        }

        (ImageSize, PatchSize) = (imageSize, patchSize);
        int side = imageSize / patchSize;
        token = Register("class_token", new Parameter(Tensor.Zeros([1, 1, width])));
        patches = Register("conv_proj", new Conv2d(inChannels, width, patchSize, stride: patchSize, generator: generator));
        encoder = Register("encoder", new Encoder(side * side + 1, layers, attentionHeads, width, hidden, dropout, attentionDropout, generator));
        var head = new Linear(width, classes, generator: generator);
        heads = Register("heads", Sequential.Named(("head", head)));
        Init.TruncNormal(patches.Weight, std: Math.Sqrt(1.0 / (inChannels * patchSize * patchSize)), generator: generator);
        Init.Zeros(patches.Bias!);
        Init.Zeros(head.Weight);
        Init.Zeros(head.Bias!);
    }

    /// <summary>12 layers of 192 values in 3 heads: 5.7 million parameters. torchvision has no name for it.</summary>
    /// <param name="classes">How many classes it tells apart.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null. Dropout draws from the latter.
    /// </param>
    /// <param name="imageSize">The pixels of an image's side: 32 for CIFAR.</param>
    /// <param name="patchSize">The pixels of a patch's side, which divide those of the image's: 4 for CIFAR.</param>
    /// <param name="dropout">The probability of a zero behind the places, the attention and the linear layers in training.</param>
    /// <param name="inChannels">How many channels images have.</param>
    /// <exception cref="ArgumentException">A size below 1, patches that do not divide the image, or a probability outside 0 to 1.</exception>
    public static VisionTransformer Tiny(
        int classes = 1000, Generator? generator = null, int imageSize = 224, int patchSize = 16, double dropout = 0, int inChannels = 3) =>
        new(imageSize, patchSize, 12, 3, 192, 768, classes, dropout, generator: generator, inChannels: inChannels);

    /// <summary>The pixels of an image's side.</summary>
    public int ImageSize { get; }

    /// <summary>The pixels of a patch's side.</summary>
    public int PatchSize { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Images of another size.</exception>
    public override Tensor Forward(Tensor input)
    {
        if (input.Shape.Rank != 4 || input.Shape[2] != ImageSize || input.Shape[3] != ImageSize)
        {
            throw new ArgumentException(
                $"VisionTransformer: expected images [N, {patches.InChannels}, {ImageSize}, {ImageSize}], got {input.Shape}. "
                + "Its places are learned for that size: bring the images to it, or make the network with another imageSize.", nameof(input));
        }

        var vectors = patches.Forward(input).Flatten(2).Permute(0, 2, 1);
        var tokens = token.Expand(input.Shape[0], 1, token.Shape[2]);
        return heads.Forward(encoder.Forward(Tensor.Concat([tokens, vectors], axis: 1)).Select(1, 0));
    }

    sealed class Encoder : Module
    {
        readonly Parameter places;
        readonly Sequential chain;

        public Encoder(
            int length, int layers, int heads, int width, int hidden, double dropout, double attentionDropout, Generator? generator)
        {
            places = Register("pos_embedding", new Parameter(Tensor.Zeros([1, length, width])));
            Init.Normal(places, std: 0.02, generator: generator);
            var parts = new (string, Module)[layers];
            for (int i = 0; i < layers; i++)
                parts[i] = ($"encoder_layer_{i}", new EncoderLayer(heads, width, hidden, dropout, attentionDropout, generator));
            chain = RegisterChain(
                ("dropout", new Dropout(dropout)), ("layers", Sequential.Named(parts)), ("ln", new LayerNorm(width, Eps)));
        }

        public override Tensor Forward(Tensor input) => chain.Forward(input + places);
    }

    /// <summary>Attention and two linear layers, each behind a layer normalization and added to its input.</summary>
    sealed class EncoderLayer : Module
    {
        readonly LayerNorm beforeAttention, beforeLinear;
        readonly MultiheadAttention attention;
        readonly Dropout dropout;
        readonly Sequential linear;

        public EncoderLayer(int heads, int width, int hidden, double dropout, double attentionDropout, Generator? generator)
        {
            beforeAttention = Register("ln_1", new LayerNorm(width, Eps));
            attention = Register(
                "self_attention", new MultiheadAttention(width, heads, attentionDropout, batchFirst: true, generator: generator));
            this.dropout = Register("dropout", new Dropout(dropout));
            beforeLinear = Register("ln_2", new LayerNorm(width, Eps));
            Linear inside = new(width, hidden, generator: generator), outside = new(hidden, width, generator: generator);
            linear = Register("mlp", new Sequential(inside, new GELU(), new Dropout(dropout), outside, new Dropout(dropout)));
            foreach (var layer in (Linear[])[inside, outside])
            {
                Init.XavierUniform(layer.Weight, generator: generator);
                Init.Normal(layer.Bias!, std: 1e-6, generator: generator);
            }
        }

        public override Tensor Forward(Tensor input)
        {
            var normalized = beforeAttention.Forward(input);
            var (attended, _) = attention.Forward(normalized, normalized, normalized, needWeights: false);
            input = dropout.Forward(attended) + input;
            return input + linear.Forward(beforeLinear.Forward(input));
        }
    }
}
