// A small GPT learns to write, letter by letter, from a page of these documents. dotnet run samples/CharacterGpt.cs [-- --short]
#:project ../src/Ballast
using Ballast;

bool isShort = args.Contains("--short");
int epochs = isShort ? 3 : 20;
const int Block = 64;
Generator.Default.ManualSeed(42);

string folder = AppContext.GetData("EntryPointFileDirectoryPath") as string ?? "samples";
string text = File.ReadAllText(Path.Combine(folder, "..", "docs", "batch-normalization.md"))[..(isShort ? 8_000 : 60_000)];
char[] letters = [.. text.Distinct().Order()];
var tokens = Tensor.FromInt64([.. text.Select(letter => Array.BinarySearch(letters, letter))]);

// Each sample is a window, its target the same one letter on.
var windows = tokens.Unfold(0, Block + 1, Block / 2);
var net = new Gpt(letters.Length, Block, width: 64, heads: 4, layers: 2);
var optimizer = new AdamW(
[
    new ParameterGroup(net.Parameters().Where(static p => p.Shape.Rank >= 2)) { WeightDecay = 0.1 },
    new ParameterGroup(net.Parameters().Where(static p => p.Shape.Rank < 2)) { WeightDecay = 0 },
], learningRate: 3e-3, beta2: 0.95);
new Trainer(net, optimizer, new DataLoader(new TensorDataset(windows[.., ..Block], windows[.., 1..]), 16, shuffle: true), new TrainerOptions
{
    Epochs = epochs,
    Loss = (logits, targets) => Functional.CrossEntropy(logits.Reshape(-1, letters.Length), targets.Reshape(-1)),
    Clipping = new GradientClipping(MaxNorm: 1),
    Metrics = [],
    Callbacks = [new LineWriter()],
}).Fit();

// Goes on after a beginning, drawing each letter by its probability.
net.Eval();
using var off = Tensor.NoGrad();
string written = "A batch ";
for (int i = 0; i < (isShort ? 80 : 400); i++)
{
    string seen = written[Math.Max(0, written.Length - Block)..];
    var index = Tensor.FromInt64([.. seen.Select(letter => Array.BinarySearch(letters, letter))], [1, seen.Length]);
    var probabilities = (net.Forward(index)[0, ^1] / 0.8).Softmax(0);
    written += letters[probabilities.Multinomial(1).Item<long>()];
}

Console.WriteLine(written);

sealed class Gpt : Module
{
    readonly Embedding tokens, positions;
    readonly ModuleList blocks;
    readonly LayerNorm norm;
    readonly Linear head;

    public Gpt(int vocabulary, int block, int width, int heads, int layers)
    {
        tokens = Register("tokens", new Embedding(vocabulary, width));
        positions = Register("positions", new Embedding(block, width));
        blocks = Register("blocks", new ModuleList(Enumerable.Range(0, layers).Select(_ => new Block(width, heads))));
        norm = Register("norm", new LayerNorm(width));
        head = Register("head", new Linear(width, vocabulary, bias: false));
        head.Weight = tokens.Weight;
        foreach (var parameter in Parameters().Where(static p => p.Shape.Rank >= 2))
            Init.Normal(parameter, 0, 0.02);
    }

    // From letters [N, T] to logits [N, T, letters].
    public override Tensor Forward(Tensor input)
    {
        var x = tokens.Forward(input) + positions.Forward(Tensor.Arange(input.Shape[1]));
        foreach (var block in blocks)
            x = block.Forward(x);
        return head.Forward(norm.Forward(x));
    }
}

// Attention to what came before, and two linear layers, each beside what passes.
sealed class Block : Module
{
    readonly int heads;
    readonly LayerNorm norm1, norm2;
    readonly Linear attention, projection;
    readonly Sequential mlp;

    public Block(int width, int heads)
    {
        this.heads = heads;
        (norm1, norm2) = (Register("norm1", new LayerNorm(width)), Register("norm2", new LayerNorm(width)));
        attention = Register("attention", new Linear(width, 3 * width, bias: false));
        projection = Register("projection", new Linear(width, width, bias: false));
        mlp = Register("mlp", new Sequential(new Linear(width, 4 * width), new GELU(), new Linear(4 * width, width)));
    }

    public override Tensor Forward(Tensor input)
    {
        var (n, t, c) = (input.Shape[0], input.Shape[1], input.Shape[2]);
        var parts = attention.Forward(norm1.Forward(input)).Chunk(3, axis: 2);
        Tensor Heads(Tensor x) => x.Reshape(n, t, heads, c / heads).Transpose(1, 2);
        var y = Functional.ScaledDotProductAttention(Heads(parts[0]), Heads(parts[1]), Heads(parts[2]), isCausal: true);
        var x = input + projection.Forward(y.Transpose(1, 2).Reshape(n, t, c));
        return x + mlp.Forward(norm2.Forward(x));
    }
}
