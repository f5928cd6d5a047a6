namespace Ballast.Tests.Tensors;

/// <summary>What a program reads after the backward pass: results of its networks, what it gave to them, and what it computed its loss from.</summary>
public class ReadAfterBackwardTests
{
    const int N = 48;

    static Sequential Network(int inputs, int outputs, int seed) => new(
        new Linear(inputs, 64, generator: new Generator(seed)), new ReLU(), new Linear(64, outputs, generator: new Generator(seed + 1)));

    // Made once: what a program makes out of nothing is the garbage collector's.
    static readonly Tensor Inputs = Tensor.Randn([N, 16], new Generator(9)), Codes = Tensor.Randn([N, 4], new Generator(3)), Zeros = Tensor.Zeros([N, 4]);
    static readonly Tensor Classes = Tensor.FromInt64([.. Enumerable.Range(0, N).Select(static i => i % 4)], [N]);

    // Networks, and with them a step's loss, and what is read of it afterwards.
    static readonly (string Name, Func<Func<(Tensor Loss, Tensor[] Read)>> Begin)[] Programs =
    [
        ("a squared error of one's own", static () =>
        {
            var network = Network(16, 4, 1);
            return () =>
            {
                var predicted = network.Forward(Inputs);
                var error = predicted - 1;
                return (error.Square().Mean(), [predicted, error]);
            };
        }),
        ("a loss times a number", static () =>
        {
            var network = Network(16, 4, 1);
            return () =>
            {
                var predicted = network.Forward(Inputs);
                return (new MSELoss().Forward(predicted, Zeros) * 0.5, [predicted]);
            };
        }),
        ("a loss and a penalty", static () =>
        {
            var network = Network(16, 4, 1);
            return () =>
            {
                var logits = network.Forward(Inputs);
                var entropy = new CrossEntropyLoss().Forward(logits, Classes);
                var penalty = network.Parameters().Aggregate((Tensor)0, static (sum, weight) => sum + weight.Square().Sum());
                return (entropy + logits.Square().Mean() * 0.01 + penalty * 1e-4, [logits, entropy, penalty]);
            };
        }),
        ("two heads of one result", static () =>
        {
            Linear layer = new(16, 8, generator: new Generator(1));
            return () =>
            {
                var both = layer.Forward(Inputs);
                Tensor classes = both[.., ..4], box = both[.., 4..];
                return (new CrossEntropyLoss().Forward(classes, Classes) + box.Abs().Mean(), [both, classes, box]);
            };
        }),
        ("a reshaped result", static () =>
        {
            var network = Network(16, 4, 1);
            return () =>
            {
                var result = network.Forward(Inputs);
                var turned = result.Reshape([4, N]).Transpose();
                return ((turned.LogSoftmax(1) * -0.25).Sum(), [result, turned]);
            };
        }),
        ("a variational autoencoder", static () =>
        {
            Sequential encoder = Network(16, 8, 1), decoder = Network(4, 16, 5);
            return () =>
            {
                var code = encoder.Forward(Inputs);
                Tensor mean = code[.., ..4], logVariance = code[.., 4..];
                var drawn = mean + (logVariance * 0.5).Exp() * Codes;
                var made = decoder.Forward(drawn);
                var divergence = (mean.Square() + logVariance.Exp() - logVariance - 1).Sum() * 0.5;
                return ((made - Inputs).Square().Sum() + divergence, [code, mean, logVariance, drawn, made, divergence]);
            };
        }),
        ("a body under a head of one layer", static () =>
        {
            var body = Network(16, 8, 1);
            Linear head = new(8, 4, generator: new Generator(2));
            return () =>
            {
                var features = body.Forward(Inputs);
                var logits = head.Forward(features);
                return (new CrossEntropyLoss().Forward(logits, Classes), [features, logits]);
            };
        }),
        ("a generator behind a critic", static () =>
        {
            Sequential generator = Network(4, 16, 1), critic = Network(16, 1, 3);
            return () =>
            {
                var fake = generator.Forward(Codes);
                var judged = critic.Forward(fake);
                return ((judged - 1).Square().Mean(), [fake, judged]);
            };
        }),
    ];

    [Fact]
    public void It_has_the_values_from_before_the_pass()
    {
        foreach (var (name, begin) in Programs)
        {
            float[][] before = Array.ConvertAll(begin()().Read, static tensor => tensor.ToArray());
            // Nothing of it is read before the pass: what nobody has asked for may not have been computed.
            var (loss, read) = begin()();
            loss.Backward();
            for (int i = 0; i < read.Length; i++)
                Assert.True(before[i].AsSpan().SequenceEqual(read[i].ToArray()), $"{i} of {name}");
        }
    }

    [Fact]
    public void It_goes_back_with_the_next_pass_and_steps_take_no_more_memory()
    {
        foreach (var (name, begin) in Programs)
        {
            var step = begin();
            var (loss, read) = step();
            loss.Backward();
            for (int more = 0; more < 40; more++)
                step().Loss.Backward();
            var large = read.Where(static tensor => tensor.Length > 1);
            Assert.All(large, tensor => Assert.Throws<InvalidOperationException>(() => tensor.ToArray()));
            long made = Buffer.Allocated;
            for (int more = 0; more < 40; more++)
                step().Loss.Backward();
            Assert.True(Buffer.Allocated == made, $"{name}: {Buffer.Allocated - made} more bytes");
        }
    }

    [Fact]
    public void Layers_that_are_called_one_by_one_keep_the_last_result_alone()
    {
        Linear first = new(16, 64, generator: new Generator(1)), last = new(64, 4, generator: new Generator(2));
        var hidden = first.Forward(Inputs);
        var open = hidden.Relu();
        var outputs = last.Forward(open);
        (outputs.Square().Mean() * 0.5).Backward();
        Assert.Equal(N * 4, outputs.ToArray().Length);
        Assert.Throws<InvalidOperationException>(() => hidden.ToArray());
        Assert.Throws<InvalidOperationException>(() => open.ToArray());
    }
}
