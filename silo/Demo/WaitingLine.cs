using System.Threading.Channels;

namespace IconDiffusion.Silo.Demo;

/// <summary>Somebody who waits for an icon. Who reads slowly misses news between; nobody is held up by that.</summary>
/// <param name="address">Who it is, as far as taking turns goes.</param>
/// <param name="tags">What the icon is asked to show; none: nothing.</param>
/// <param name="line">Where it waits; left when this is freed.</param>
internal sealed class Place(string address, IReadOnlyList<string> tags, WaitingLine line) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _left = new();
    private readonly Channel<News> _news = Channel.CreateBounded<News>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private bool _hasEnded;

    public string Address => address;

    public IReadOnlyList<string> Tags => tags;

    /// <summary>Cancelled once nobody waits here any more.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>The newest news, until the last.</summary>
    public IAsyncEnumerable<News> NewsAsync(CancellationToken cancellationToken) => _news.Reader.ReadAllAsync(cancellationToken);

    public void Tell(News news)
    {
        lock (_gate)
            if (!_hasEnded)
                _news.Writer.TryWrite(news);
    }

    /// <summary>Tells the last; what comes later is not heard.</summary>
    public void End(News last)
    {
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _news.Writer.TryWrite(last);
            _news.Writer.Complete();
        }
    }

    /// <summary>Leaves.</summary>
    public void Dispose()
    {
        line.Leave(this);
        // Not freed: what draws for it may look at it still, and nothing unmanaged hangs on it.
        _left.Cancel();
    }
}

/// <summary>
/// Those who wait, in turns by address: each address gives up one place a round, the first that came first, so that whoever asks for many icons
/// makes nobody else wait longer than whoever asks for one.
/// </summary>
/// <param name="mostOfAnAddress">Places of one address.</param>
/// <param name="mostInAll">Places of all.</param>
internal sealed class WaitingLine(int mostOfAnAddress, int mostInAll)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _came = Channel.CreateUnbounded<bool>();
    private readonly List<(string Address, List<Place> Places)> _turns = [];  // whose turn it is first
    private Place? _drawnFor;
    private TimeSpan? _timeOfAnIcon;
    private News? _closed;

    /// <summary>Joins at the end of the address's places; null: it has too many, or all together have.</summary>
    /// <param name="tags">See <see cref="Place.Tags"/>; whatever they are, the place is the same.</param>
    public Place? Enter(string address, IReadOnlyList<string> tags)
    {
        var place = new Place(address, tags, this);
        lock (_gate)
        {
            if (_closed is not null)
            {
                place.End(_closed);
                return place;
            }
            var own = _turns.FindIndex(turn => turn.Address == address);
            if (_turns.Sum(turn => turn.Places.Count) >= mostInAll || (own >= 0 && _turns[own].Places.Count >= mostOfAnAddress))
                return null;
            if (own >= 0)
                _turns[own].Places.Add(place);
            else
                _turns.Add((address, [place]));
            TellAll();
        }
        _came.Writer.TryWrite(true);
        return place;
    }

    /// <summary>About how long everything takes that waits now, seconds, at least 1.</summary>
    public int Patience
    {
        get
        {
            lock (_gate)
                return Math.Max(1, (int)Math.Ceiling((_timeOfAnIcon ?? TimeSpan.FromSeconds(1)).TotalSeconds * _turns.Sum(turn => turn.Places.Count)));
        }
    }

    /// <summary>The next whose turn it is, as soon as there is one; for it an icon is drawn from now on.</summary>
    public async Task<Place> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _came.Reader.ReadAsync(cancellationToken);
            lock (_gate)
            {
                if (_turns.Count == 0)
                    continue;  // who came has left
                var (address, places) = _turns[0];
                _turns.RemoveAt(0);
                _drawnFor = places[0];
                places.RemoveAt(0);
                if (places.Count > 0)
                    _turns.Add((address, places));
                TellAll();
                return _drawnFor;
            }
        }
    }

    /// <summary>The icon is drawn, or given up.</summary>
    /// <param name="time">How long an icon takes by now; null: it was given up.</param>
    public void Done(TimeSpan? time)
    {
        lock (_gate)
        {
            _drawnFor = null;
            _timeOfAnIcon = time ?? _timeOfAnIcon;
        }
    }

    public void Leave(Place place)
    {
        lock (_gate)
        {
            var turn = _turns.FindIndex(each => each.Places.Contains(place));
            if (turn < 0)
                return;
            _turns[turn].Places.Remove(place);
            if (_turns[turn].Places.Count == 0)
                _turns.RemoveAt(turn);
            TellAll();
        }
    }

    /// <summary>Ends the waiting of all, and of whoever comes later.</summary>
    public void Close(News last)
    {
        lock (_gate)
        {
            _closed = last;
            foreach (var (_, places) in _turns)
                places.ForEach(place => place.End(last));
            _turns.Clear();
            _drawnFor?.End(last);
        }
    }

    /// <summary>Tells each how many are before it, which also shows that somebody is still there.</summary>
    public void Remind()
    {
        lock (_gate)
            TellAll();
    }

    private void TellAll()
    {
        for (var turn = 0; turn < _turns.Count; turn++)
            for (var i = 0; i < _turns[turn].Places.Count; i++)
            {
                // Before the i-th place of an address: i of its own, and of each other i, or one more where that has its turn earlier.
                var before = i + _turns.Index().Where(each => each.Index != turn).Sum(each => Math.Min(each.Item.Places.Count, each.Index < turn ? i + 1 : i)) + (_drawnFor is null ? 0 : 1);
                _turns[turn].Places[i].Tell(new("waiting")
                {
                    Before = before,
                    Seconds = _timeOfAnIcon is { } time ? (int)Math.Ceiling((before + 1) * time.TotalSeconds) : null,
                });
            }
    }
}
