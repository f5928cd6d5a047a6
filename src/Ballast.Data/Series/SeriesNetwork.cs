namespace Ballast;

/// <summary>A network for windows of a series: three 1-D convolutions with batch normalization, or an LSTM, and a linear layer whose outputs are
/// added to the last values known. From [N, columns, window] to [N, targets, horizon].</summary>
/// <remarks>What it learns is by how much the next rows differ from the last one: a series that wanders off from where it was trained on is
/// followed.</remarks>
public sealed class SeriesNetwork : Module
{
    readonly int horizon;
    readonly int[] targets;
    readonly Sequential? layers;
    readonly LSTM? lstm;
    readonly Linear head;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="schema">The series.</param>
    /// <param name="width">How many channels or units there are.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    public SeriesNetwork(SeriesSchema schema, int width = 32, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        (horizon, targets) = (schema.Horizon, [.. schema.TargetColumns]);
        int features = width, length = schema.Window;
        if (schema.Network == SeriesNetworkKind.Lstm)
        {
            lstm = Register("lstm", new LSTM(schema.Columns.Count, width, batchFirst: true, generator: generator));
        }
        else
        {
            List<Module> all = [];
            int channels = schema.Columns.Count;
            for (int i = 0; i < 3; i++)
            {
                int stride = i > 0 && length >= 8 ? 2 : 1;
                all.AddRange([
                    new Conv1d(channels, width, 5, stride: stride, padding: 2, bias: false, generator: generator), new BatchNorm1d(width), new ReLU(),
                ]);
                (channels, length) = (width, (length - 1) / stride + 1);
            }

            layers = Register("layers", new Sequential([.. all, new Flatten()]));
            features = width * length;
        }

        head = Register("head", new Linear(features, targets.Length * horizon, generator: generator));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var seen = layers is not null ? layers.Forward(input) : lstm!.Forward(input.Transpose(1, 2))[.., ^1, ..];
        var change = head.Forward(seen).Reshape(input.Shape[0], targets.Length, horizon);
        var last = Tensor.Concat([.. targets.Select(column => input[.., column..(column + 1), ^1..])], 1);
        return change + last;
    }
}
