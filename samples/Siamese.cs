// Two inputs through the same layers: are two points of the same cluster? dotnet run samples/Siamese.cs [-- --short]
#:project ../src/Ballast
using Ballast;

int epochs = args.Contains("--short") ? 4 : 20;
Generator.Default.ManualSeed(42);

var (train, test) = (new Pairs(2000, seed: 1), new Pairs(500, seed: 2));
var net = new Siamese();
new Trainer(net, new Adam(net.Parameters(), 3e-3), new DataLoader(train, 32, shuffle: true), new TrainerOptions
{
    Epochs = epochs,
    Loss = new BCEWithLogitsLoss().Forward,
    Metrics = [new Accuracy(), new AreaUnderRoc()],
    Validation = new ValidationOptions(test) { Monitor = "auroc" },
    Callbacks = [new LineWriter()],
}).Fit();

// One pair at a time, as it would be read from files.
sealed class Pairs(int count, long seed) : SampleDataset
{
    const int Clusters = 5, Size = 8;
    static readonly Tensor Centers = Tensor.Randn([Clusters, Size], new Generator(7)) * 2;

    public override int Count => count;

    public override Sample Get(int index)
    {
        CheckIndex(index);
        var generator = new Generator(seed * 1_000_000 + index);
        int left = (int)generator.RandomInteger(0, Clusters);
        int right = index % 2 == 0 ? left : (left + 1 + (int)generator.RandomInteger(0, Clusters - 1)) % Clusters;
        return new Sample(
            TensorList.Named(("left", Point(left, generator)), ("right", Point(right, generator))),
            Sample.Number(left == right ? 1 : 0));
    }

    static Tensor Point(int cluster, Generator generator) => Centers.Select(0, cluster) + Tensor.Randn([Size], generator);
}

sealed class Siamese : Module, IBatchModule
{
    readonly Sequential branch;
    readonly Linear head;

    public Siamese()
    {
        branch = Register("branch", new Sequential(new Linear(8, 32), new ReLU(), new Linear(32, 8)));
        head = Register("head", new Linear(8, 1));
    }

    public override Tensor Forward(Tensor input) => branch.Forward(input);

    // How far apart the two are, feature by feature, decides.
    public TensorList Forward(Batch batch)
    {
        var (left, right) = (Forward(batch.AllInputs["left"]), Forward(batch.AllInputs["right"]));
        return head.Forward((left - right).Abs()).Reshape([batch.Count]);
    }
}
