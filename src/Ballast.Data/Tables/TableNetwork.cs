namespace Ballast;

/// <summary>A network for rows of a table: categories become learned vectors beside the standardized numbers, then a linear layer, residual
/// blocks with batch normalization, and a linear layer to the outputs. It may have several members of this kind, whose outputs are averaged. From
/// [N, inputs] to [N, outputs].</summary>
public sealed class TableNetwork : Module
{
    readonly TableMember[] members;

    /// <summary>Makes the network and draws its initial weights.</summary>
    /// <param name="schema">The rows.</param>
    /// <param name="width">How many features there are between the layers.</param>
    /// <param name="depth">How many residual blocks.</param>
    /// <param name="dropout">The share of a block's features that training leaves out.</param>
    /// <param name="generator">Where the initial values come from; <see cref="Generator.Default"/> when null.</param>
    /// <param name="members">How many networks are averaged.</param>
    /// <exception cref="ArgumentException">A size below 1.</exception>
    public TableNetwork(
        TableSchema schema, int width = 64, int depth = 2, float dropout = 0.1f, Generator? generator = null, int members = 1)
    {
        ArgumentNullException.ThrowIfNull(schema);
        if (members < 1)
            throw new ArgumentException($"TableNetwork: expected 1 or more members, got {members}.");
        this.members = new TableMember[members];
        for (int i = 0; i < members; i++)
            this.members[i] = Register($"member{i}", new TableMember(schema, width, depth, dropout, generator));
    }

    TableNetwork(TableMember[] members)
    {
        this.members = members;
        for (int i = 0; i < members.Length; i++)
            Register($"member{i}", members[i]);
    }

    internal IReadOnlyList<Module> Members => members;

    /// <summary>A network that averages the outputs of several: it has their members, whose weights it shares.</summary>
    /// <exception cref="ArgumentException">No network.</exception>
    public static TableNetwork Average(IReadOnlyList<TableNetwork> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        return networks.Count > 0 ? new TableNetwork([.. networks.SelectMany(static network => network.members)])
            : throw new ArgumentException("TableNetwork: expected 1 or more networks to average, got none.");
    }

    /// <summary>A network of the width and the number of members that a state has, with the state's values.</summary>
    /// <param name="schema">The rows.</param>
    /// <param name="state">The state of a network of two residual blocks.</param>
    /// <exception cref="ArgumentException">A state of something else.</exception>
    public static TableNetwork From(TableSchema schema, StateDict state)
    {
        ArgumentNullException.ThrowIfNull(state);
        int members = 0;
        while (state.TryGetValue($"member{members}.first.weight", out _))
            members++;
        if (members == 0 || state["member0.first.weight"].Shape is not { Rank: 2 } shape)
            throw new ArgumentException("TableNetwork: the state is of no network for a table: it has no weights member0.first.weight.");
        var network = new TableNetwork(schema, shape[0], generator: new Generator(0), members: members);
        network.LoadStateDict(state);
        return network;
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor input)
    {
        var sum = members[0].Forward(input);
        for (int i = 1; i < members.Length; i++)
            sum += members[i].Forward(input);
        return members.Length == 1 ? sum : sum * (1f / members.Length);
    }
}

/// <summary>One of the networks that a table's network averages.</summary>
sealed class TableMember : Module
{
    readonly int numbers;
    readonly Parameter[] vectors;
    readonly Linear first, last;
    readonly TableBlock[] blocks;
    readonly BatchNorm1d end;

    public TableMember(TableSchema schema, int width, int depth, float dropout, Generator? generator)
    {
        numbers = schema.Numbers;
        int[] counts = [.. schema.Categorical.Select(static column => column.Categories.Count + 1)];
        vectors = new Parameter[counts.Length];
        int inputs = numbers;
        for (int i = 0; i < counts.Length; i++)
        {
            int size = Math.Min(16, (counts[i] + 1) / 2);
            var values = Tensor.Randn([counts[i], size], generator).ToArray();
            values.AsSpan(0, size).Clear();     // what is not known says nothing at first
            vectors[i] = Register($"vectors{i}", new Parameter(Tensor.From(values, [counts[i], size])));
            inputs += size;
        }

        first = Register("first", new Linear(inputs, width, generator: generator));
        blocks = new TableBlock[depth];
        for (int i = 0; i < depth; i++)
            blocks[i] = Register($"block{i}", new TableBlock(width, dropout, generator));
        end = Register("end", new BatchNorm1d(width));
        last = Register("last", new Linear(width, schema.Outputs, generator: generator));
    }

    public override Tensor Forward(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var parts = new List<Tensor>();
        if (numbers > 0)
            parts.Add(vectors.Length == 0 ? input : input[.., 0..numbers]);
        for (int i = 0; i < vectors.Length; i++)
            parts.Add(vectors[i].Index(0, input[.., numbers + i].To(ElementType.Int64)));
        var x = first.Forward(parts.Count == 1 ? parts[0] : Tensor.Concat([.. parts], 1));
        foreach (var block in blocks)
            x = block.Forward(x);
        return last.Forward(end.Forward(x).Relu());
    }
}

/// <summary>x + linear(dropout(relu(linear(batchnorm(x))))).</summary>
sealed class TableBlock : Module
{
    readonly BatchNorm1d norm;
    readonly Linear up, down;
    readonly Dropout dropout;

    public TableBlock(int width, float share, Generator? generator)
    {
        norm = Register("norm", new BatchNorm1d(width));
        up = Register("up", new Linear(width, width * 2, generator: generator));
        dropout = Register("dropout", new Dropout(share));
        down = Register("down", new Linear(width * 2, width, generator: generator));
    }

    public override Tensor Forward(Tensor input) => input + down.Forward(dropout.Forward(up.Forward(norm.Forward(input)).Relu()));
}
