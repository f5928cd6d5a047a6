using F = Ballast.Functional;

namespace Ballast.Tests.Programs;

/// <summary>A table of categories and numbers: an embedding for each category, batch normalization of the numbers, one cycle of the rate.
/// </summary>
static class Tabular
{
    public static IEnumerable<double> Losses()
    {
        int[] cardinalities = [7, 12, 3];
        var categories = Tensor.Stack([.. cardinalities.Select(static c => Tensor.RandInt(c, [256]))], axis: 1);
        var numbers = Tensor.Randn([256, 4]);
        Tensor Category(int column) => categories[.., column].To(ElementType.Float32);
        var y = (Category(0).Sin() + Category(1) / 6 + numbers[.., 0] * numbers[.., 1]).Unsqueeze(1);
        var model = new TabularModel(cardinalities, 4, [32, 16]);
        var optimizer = new Adam(model.Parameters(), learningRate: 1e-2, weightDecay: 1e-4);
        var scheduler = new LearningRateScheduler(optimizer, new OneCycleSchedule(ProgramList.Steps));
        int step = 0;
        foreach (var batch in ProgramData.Forever(new DataLoader(new TensorDataset([categories, numbers], y), batchSize: 32, shuffle: true)))
        {
            scheduler.Set(step++);
            optimizer.ZeroGrad();
            var loss = F.MseLoss(model.Run(batch.AllInputs[0], batch.AllInputs[1]), batch.Targets);
            loss.Backward();
            optimizer.Step();
            yield return loss.Item();
        }
    }

    sealed class TabularModel : Module
    {
        readonly ModuleList embeds;
        readonly Dropout embDrop;
        readonly BatchNorm1d bnCont;
        readonly Sequential layers;

        public TabularModel(int[] cardinalities, int numbers, int[] sizes)
        {
            embeds = Register("embeds", new ModuleList(cardinalities.Select(static c => new Embedding(c, Math.Min(50, (c + 1) / 2)))));
            embDrop = Register("emb_drop", new Dropout(0.1));
            bnCont = Register("bn_cont", new BatchNorm1d(numbers));
            List<Module> parts = [];
            int inputs = embeds.Sum(static e => ((Embedding)e).EmbeddingDim) + numbers;
            foreach (int size in sizes)
            {
                parts.AddRange([new Linear(inputs, size), new ReLU(), new BatchNorm1d(size), new Dropout(0.2)]);
                inputs = size;
            }

            layers = Register("layers", new Sequential([.. parts, new Linear(inputs, 1)]));
        }

        public override Tensor Forward(Tensor input) => layers.Forward(input);

        public Tensor Run(Tensor categories, Tensor numbers)
        {
            var x = Tensor.Concat([.. embeds.Select((e, i) => e.Forward(categories[.., i]))], axis: 1);
            return Forward(Tensor.Concat([embDrop.Forward(x), bnCont.Forward(numbers)], axis: 1));
        }
    }
}
