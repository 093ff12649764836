namespace Crm.Connector.Hosts.Files;

/// <summary>Puts rows into a sketch beside the thread that finds them: the two take about as long as each other.</summary>
internal sealed class SketchFeed(RowSketch sketch)
{
    private const int BatchRows = 16 * 1024;

    private Batch filling = new(sketch.KeyWords);
    private Batch other = new(sketch.KeyWords);
    private Task adding = Task.CompletedTask;

    public void Add(ulong hash, ReadOnlySpan<byte> key)
    {
        filling.Hashes[filling.Count] = hash;
        RowSketch.Pack(key, filling.Keys.AsSpan(filling.Count * sketch.KeyWords, sketch.KeyWords));
        if (++filling.Count == BatchRows)
        {
            Pass();
        }
    }

    /// <summary>Waits until the sketch holds every row.</summary>
    public void Finish()
    {
        Pass();
        adding.GetAwaiter().GetResult();
    }

    private void Pass()
    {
        adding.GetAwaiter().GetResult();
        (filling, other) = (other, filling);
        filling.Count = 0;
        if (other.Count > 0)
        {
            var batch = other;
            adding = Task.Run(() => sketch.Add(batch.Hashes.AsSpan(0, batch.Count), batch.Keys));
        }
    }

    private sealed class Batch(int keyWords)
    {
        public ulong[] Hashes { get; } = new ulong[BatchRows];

        public ulong[] Keys { get; } = new ulong[BatchRows * keyWords];

        public int Count { get; set; }
    }
}
