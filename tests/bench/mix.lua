-- For wrk: every other request by a new visitor, the others by a thousand who
-- have been here before, with the headers that load.c sends.
local digits = "0123456789abcdefghjkmnpqrstvwxyz"
local requests, at = {}, 0

local function visitor()
	local id = {}
	for i = 1, 26 do
		local k = math.random(#digits)
		id[i] = digits:sub(k, k)
	end
	return "piste=" .. table.concat(id)
end

function init()
	math.randomseed(os.time())
	for i = 1, 2000 do
		requests[i] = wrk.format("GET", nil, {
			["Host"] = "bench",
			["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64)"
				.. " Chrome/130.0.0.0 Safari/537.36",
			["Accept-Language"] = "fr",
			["Cookie"] = i % 2 == 0 and visitor() or nil,
		})
	end
end

function request()
	at = at % #requests + 1
	return requests[at]
end

-- RATE P50_MS P99_MS P999_MS GOOD BAD, as load tells.
function done(sum, latency)
	local e = sum.errors
	local bad = e.status + e.connect + e.read + e.write + e.timeout

	print(string.format("%f %f %f %f %d %d",
		sum.requests / sum.duration * 1e6, latency:percentile(50) / 1e3,
		latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3,
		sum.requests, bad))
end
